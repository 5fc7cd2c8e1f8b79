namespace Sessionize;

/// <summary>A partition of a source.</summary>
/// <param name="Name">The name, unique in the source: a file, or topic and number.</param>
/// <param name="Lane">The lane that its events go to.</param>
/// <param name="Order">Its rank in the order of semantics section 1: topics by name, then partitions by number; inputs as given.</param>
/// <param name="Start">The position at which reading starts when no commit says otherwise.</param>
/// <param name="Count">How many partitions the source has in all, where this process does not read all of them.</param>
public sealed record SourcePartition(string Name, LaneId Lane, int Order, long Start = 0, int? Count = null);
