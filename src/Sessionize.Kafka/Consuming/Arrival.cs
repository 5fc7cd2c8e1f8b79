using Confluent.Kafka;

namespace Sessionize.Kafka.Consuming;

/// <summary>Partitions that the group has just given to this process.</summary>
/// <remarks>Used under the lock of <see cref="Handover"/>.</remarks>
internal sealed class Arrival(IReadOnlyList<TopicPartition> places)
{
    public IReadOnlyList<TopicPartition> Places { get; } = places;

    /// <summary>The partitions, once the brokers were asked about them.</summary>
    public IReadOnlyList<OwnedPartition> Partitions { get; private set; } = [];

    public bool IsResolved => Partitions.Count > 0;

    /// <summary>Whether it is known of each partition where it starts.</summary>
    public bool IsPositioned => IsResolved && Partitions.All(partition => partition.Position is not null);

    public void Resolve(IReadOnlyList<OwnedPartition> partitions) => Partitions = partitions;
}
