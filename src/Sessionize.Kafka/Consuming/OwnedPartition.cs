using Confluent.Kafka;

namespace Sessionize.Kafka.Consuming;

/// <summary>A partition that the group has given to this process.</summary>
/// <remarks>Two threads share it: what both use, they use under the lock of <see cref="Handover"/>.</remarks>
internal sealed class OwnedPartition(TopicPartition place, SourcePartition source, long end, long answeredAtMs)
{
    public TopicPartition Place { get; } = place;

    public SourcePartition Source { get; } = source;

    /// <summary>The end that was seen when the partition came.</summary>
    public long FirstEnd { get; } = end;

    /// <summary>Where reading starts; <see langword="null"/> until that is known.</summary>
    public long? Position { get; set; }

    /// <summary>Everything below was handed over, and is in a batch or was no event.</summary>
    public long Reached { get; set; } = -1;

    /// <summary>The last answer to where the partition ends.</summary>
    public PartitionEnd End { get; set; } = new(end, answeredAtMs);

    public bool IsReadToFirstEnd => Reached >= FirstEnd;

    /// <summary>The offset below which a record is one from before a seek. Only the polling thread uses it.</summary>
    public long Expected { get; set; }
}
