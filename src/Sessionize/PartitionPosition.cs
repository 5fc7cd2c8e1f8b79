namespace Sessionize;

/// <summary>How far a source partition was read.</summary>
/// <param name="Partition">The partition: topic, topic id and number for Kafka.</param>
/// <param name="PartitionCount">How many partitions the source had.</param>
/// <param name="Next">The position of the next record to read.</param>
/// <param name="ReplayFrom">
/// The position from which reading again, by a lane that knows nothing, rebuilds the lane's state: where the lane began to read. It gives the same state but for
/// what the wall clock decided (idle partitions). No later position does: which events are late depends on the users that were remembered before it.
/// </param>
public sealed record PartitionPosition(string Partition, int PartitionCount, long Next, long ReplayFrom);
