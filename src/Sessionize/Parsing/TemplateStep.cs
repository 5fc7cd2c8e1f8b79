namespace Sessionize.Parsing;

/// <summary>Bytes that every line of a template has, and what follows them.</summary>
internal unsafe struct TemplateStep
{
    /// <summary>The fixed bytes, readable up to a multiple of <see cref="ByteVectors.Width"/>.</summary>
    public byte* Segment;

    /// <summary>How many they are, at least 1.</summary>
    public int SegmentLength;

    /// <summary>Which bytes of the last vector belong to the segment.</summary>
    public uint LastMask;

    /// <summary>What stands behind the segment.</summary>
    public VariableKind Variable;

    /// <summary>How deep the variable is nested, from 1.</summary>
    public int Depth;
}
