namespace Sessionize.Parsing;

/// <summary>A text of a <see cref="ParsedEvent"/>; of length 0 when absent.</summary>
internal unsafe struct ParsedText
{
    public byte* Start;
    public int Length;
}
