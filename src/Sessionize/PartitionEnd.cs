namespace Sessionize;

/// <summary>An answer of a source to where a partition ends.</summary>
/// <param name="Position">The position of the next record that will come.</param>
/// <param name="ConfirmedAtMs">When the answer was given, by the wall clock, in milliseconds since the Unix epoch.</param>
public readonly record struct PartitionEnd(long Position, long ConfirmedAtMs);
