namespace Sessionize.Parsing;

/// <summary>A value as it was found in a line.</summary>
internal unsafe struct Capture
{
    public byte* Start;

    /// <summary>The length in bytes; 0 for what is no text and no integer, so that only <see cref="FieldKind.EscapedText"/> needs a look at the kind.</summary>
    public int Length;

    public FieldKind Kind;

    public void Set(FieldKind kind, byte* start, int length)
    {
        Start = start;
        Length = length;
        Kind = kind;
    }
}
