namespace Sessionize;

/// <summary>A change of what a process reads of a source that several processes share: one step of a rebalance.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Partitions">To which partitions.</param>
/// <param name="Patience">How long the other processes wait for <see cref="IGroupEventSource.Release"/>; only of partitions that are revoked.</param>
public sealed record AssignmentChange(AssignmentChangeKind Kind, IReadOnlyList<SourcePartition> Partitions, TimeSpan Patience = default);
