namespace Sessionize;

/// <summary>How far a lane is.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Watermark">Its watermark; <see langword="null"/> before each of its partitions had an event.</param>
/// <param name="Positions">The position of the next record, by the name of the partition; taken in, and not necessarily committed.</param>
/// <param name="OpenUsers">The users that are remembered.</param>
public sealed record LaneHealth(LaneId Lane, DateTimeOffset? Watermark, IReadOnlyDictionary<string, long> Positions, long OpenUsers);
