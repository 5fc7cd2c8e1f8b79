using Confluent.Kafka;

namespace Sessionize.Kafka.Consuming;

/// <summary>What Kafka gives: a record, the end of a partition, or an error. Its bytes are valid until the next ones are taken.</summary>
internal readonly ref struct ConsumedRecord
{
    /// <summary>The topic; <see langword="null"/> where only one is read, or the error is of none.</summary>
    public string? Topic { get; init; }

    /// <summary>The partition; negative for an error that is of none.</summary>
    public int Partition { get; init; }

    public long Offset { get; init; }

    /// <summary>Why there is no record; <see langword="null"/>: there is one, or the end.</summary>
    public Error? Error { get; init; }

    /// <summary>Whether everything below <see cref="Offset"/> was given.</summary>
    public bool IsEnd { get; init; }

    public bool HasKey { get; init; }

    public bool HasValue { get; init; }

    public ReadOnlySpan<byte> Key { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>When the broker appended it, in milliseconds since the Unix epoch; <see langword="null"/>: the topic keeps what the producer said.</summary>
    public long? AppendedMs { get; init; }
}
