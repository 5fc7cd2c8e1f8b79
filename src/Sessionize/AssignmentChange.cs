namespace Sessionize;

/// <summary>Partitions of a group that come or go.</summary>
/// <param name="Kind">How they change hands.</param>
/// <param name="Partitions">The partitions.</param>
/// <param name="Patience">How long the group waits for <see cref="IGroupEventSource.Release"/>; only for <see cref="AssignmentChangeKind.Revoked"/>.</param>
public sealed record AssignmentChange(AssignmentChangeKind Kind, IReadOnlyList<SourcePartition> Partitions, TimeSpan Patience);
