namespace Sessionize.Engine;

/// <summary>What a lane that remembers nobody knows all the same, at the positions to replay from.</summary>
/// <param name="HighestEventMs">The highest event time.</param>
/// <param name="LeastFloorMs">T + 1 of the last close-all.</param>
/// <param name="Watermark">The lane's watermark.</param>
/// <param name="Watermarks">The partitions' watermarks, in the order of the commit's positions.</param>
internal sealed record ReplayStart(long? HighestEventMs, long LeastFloorMs, long Watermark, IReadOnlyList<long> Watermarks);
