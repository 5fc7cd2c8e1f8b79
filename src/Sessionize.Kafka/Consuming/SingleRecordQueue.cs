using Confluent.Kafka;

namespace Sessionize.Kafka.Consuming;

/// <summary>Takes records one by one by <see cref="IConsumer{TKey, TValue}.Consume(int)"/>: where <see cref="NativeRecordQueue"/> cannot be had.</summary>
/// <param name="consumer">The client, which leaves keys and values in <paramref name="key"/> and <paramref name="value"/>.</param>
/// <param name="key">The bytes of the last key.</param>
/// <param name="value">The bytes of the last value.</param>
internal sealed class SingleRecordQueue(IConsumer<bool, bool> consumer, RecordBytes key, RecordBytes value) : IRecordQueue
{
    private ConsumeResult<bool, bool>? _result;
    private ConsumeException? _failure;

    public ConsumedRecord this[int index] => _failure is { } failure
        ? new ConsumedRecord
        {
            Topic = failure.ConsumerRecord?.Topic,
            Partition = failure.ConsumerRecord?.Partition.Value ?? -1,
            Error = failure.Error,
        }
        : _result is { IsPartitionEOF: true } end
        ? new ConsumedRecord { Topic = end.Topic, Partition = end.Partition.Value, Offset = end.Offset.Value, IsEnd = true }
        : new ConsumedRecord
        {
            Topic = _result!.Topic,
            Partition = _result.Partition.Value,
            Offset = _result.Offset.Value,
            HasKey = _result.Message.Key,
            HasValue = _result.Message.Value,
            Key = key.Bytes,
            Value = value.Bytes,
            AppendedMs = _result.Message.Timestamp is { Type: TimestampType.LogAppendTime } timestamp ? timestamp.UnixTimestampMs : null,
        };

    public int Take(int waitMs)
    {
        (_result, _failure) = (null, null);
        try
        {
            _result = consumer.Consume(waitMs);
        }
        catch (ConsumeException failure)
        {
            _failure = failure;
        }

        return _result is null && _failure is null ? 0 : 1;
    }

    public void Dispose()
    {
    }
}
