namespace Sessionize.Engine;

/// <summary>One source partition of a lane: how far it was read, and its watermark.</summary>
internal sealed class LanePartition(SourcePartition source)
{
    public const long UnknownLag = -1;

    public SourcePartition Source { get; } = source;

    /// <summary>The position of the next record.</summary>
    public long Next { get; set; } = source.Start;

    /// <summary>Where the lane began to read, or last remembered nobody: from there on, reading again rebuilds its state.</summary>
    public long ReplayFrom { get; set; } = source.Start;

    public long Watermark { get; set; } = long.MinValue;

    /// <summary>How many records lay between the position and the partition's end at the last trigger, or <see cref="UnknownLag"/>.</summary>
    public long Lag { get; set; } = UnknownLag;

    /// <summary>When the last record that was taken arrived, in milliseconds since the Unix epoch; <see langword="null"/>: none was, or the source cannot tell.</summary>
    public long? ArrivedMs { get; set; }

    /// <summary>Since when the partition's end has been confirmed without interruption, by the wall clock.</summary>
    public long? AtEndSinceMs { get; set; }
}
