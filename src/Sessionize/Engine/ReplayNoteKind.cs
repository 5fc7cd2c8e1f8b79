namespace Sessionize.Engine;

/// <summary>What the wall clock decided, that no record tells.</summary>
internal enum ReplayNoteKind
{
    /// <summary>Before the record at the position, the watermark of its partition was moved.</summary>
    Watermark,

    /// <summary>The record at the position came ahead of the clock: when it arrived.</summary>
    Arrival,

    /// <summary>The record at the position was bad, because it came too far ahead of the clock.</summary>
    Future,
}
