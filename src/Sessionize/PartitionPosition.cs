namespace Sessionize;

/// <summary>How far a source partition was read.</summary>
/// <param name="Partition">The partition: topic, topic id and number for Kafka.</param>
/// <param name="PartitionCount">How many partitions the source had.</param>
/// <param name="Next">The position of the next record to read.</param>
/// <param name="ReplayFrom">
/// The position from which reading again rebuilds the lane's state: where the lane began to read, or where it last remembered no user at a commit. What it knew
/// there all the same, and what the wall clock decided since then (idle partitions), is in <see cref="LaneCommit.Replay"/>. No later position does: which events
/// are late depends on the users that were remembered before it.
/// </param>
public sealed record PartitionPosition(string Partition, int PartitionCount, long Next, long ReplayFrom);
