namespace Sessionize.Kafka.Consuming;

/// <summary>Gives what librdkafka has read, in its order. Only the polling thread uses it, and the group's handlers are called within <see cref="Take"/>.</summary>
internal interface IRecordQueue : IDisposable
{
    /// <summary>A record that was taken last, an end of a partition, or an error.</summary>
    ConsumedRecord this[int index] { get; }

    /// <summary>Takes what is there; if there is nothing, waits for it.</summary>
    /// <param name="waitMs">How long, in milliseconds.</param>
    /// <returns>How many there are; valid until the next call.</returns>
    int Take(int waitMs);
}
