using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Sessionize.Kafka.Consuming;

/// <summary>Takes many records with one call of librdkafka, and leaves them where they are: no object a record.</summary>
internal sealed unsafe class NativeRecordQueue : IRecordQueue
{
    private const int MostRecords = 1024;
    private const int MostErrorBytes = 512;
    private const int AppendTime = 2;

    private readonly NativeClient _client;
    private readonly SafeHandle _handle;
    private readonly nint _queue;
    private readonly bool _namesTopics;

    // Pinned, for the native code.
    private readonly nint[] _records = GC.AllocateArray<nint>(MostRecords, pinned: true);
    private int _count;

    // A topic's name, made once for the records of a take, which hold the topic where it is.
    private nint _topic;
    private string? _topicName;

    private NativeRecordQueue(NativeClient client, SafeHandle handle, bool namesTopics)
    {
        (_client, _handle, _namesTopics) = (client, handle, namesTopics);
        _queue = client.GetConsumerQueue(handle.DangerousGetHandle());
    }

    public ConsumedRecord this[int index]
    {
        get
        {
            NativeRecord* record = (NativeRecord*)_records[index];
            ErrorCode code = (ErrorCode)record->Error;
            if (code is not (ErrorCode.NoError or ErrorCode.Local_PartitionEOF))
            {
                // An error may be of a topic or of the whole group.
                return new ConsumedRecord { Topic = NameOf(record), Partition = record->Topic == 0 ? -1 : record->Partition, Error = ErrorOf(record, code) };
            }

            int timestampType = 0;
            long timestampMs = code == ErrorCode.NoError ? _client.Timestamp(record, &timestampType) : 0;
            return new ConsumedRecord
            {
                Topic = NameOf(record),
                Partition = record->Partition,
                Offset = record->Offset,
                IsEnd = code == ErrorCode.Local_PartitionEOF,
                HasKey = record->Key != 0,
                HasValue = record->Value != 0,
                Key = new ReadOnlySpan<byte>((void*)record->Key, (int)record->KeyLength),
                Value = new ReadOnlySpan<byte>((void*)record->Value, (int)record->ValueLength),
                AppendedMs = timestampType == AppendTime ? timestampMs : null,
            };
        }
    }

    /// <summary>Makes the queue of a client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="namesTopics">Whether records say their topic.</param>
    /// <returns><see langword="null"/>, where the client hides what is needed.</returns>
    public static NativeRecordQueue? TryOpen(IClient client, bool namesTopics) =>
        NativeClient.HandleOf(client) is { IsInvalid: false } handle && NativeClient.Loaded is { } native ? new NativeRecordQueue(native, handle, namesTopics) : null;

    public int Take(int waitMs)
    {
        Release();
        _count = Take(0, MostRecords);
        if (_count == 0 && waitMs > 0)
        {
            // It would wait for as many as it is asked for: the first one must not.
            _count = Take(waitMs, 1);
        }

        return _count;
    }

    /// <summary>Gives the queue back, which has to be done before the client is closed.</summary>
    public void Dispose()
    {
        Release();
        _client.DestroyQueue(_queue);
    }

    private int Take(int waitMs, int most)
    {
        fixed (nint* records = _records)
        {
            int count = (int)_client.TakeBatch(_queue, waitMs, (NativeRecord**)records, most);
            GC.KeepAlive(_handle);
            return Math.Max(count, 0);
        }
    }

    private void Release()
    {
        for (int i = 0; i < _count; i++)
        {
            _client.DestroyRecord((NativeRecord*)_records[i]);
        }

        (_count, _topic, _topicName) = (0, 0, null);
    }

    private string? NameOf(NativeRecord* record)
    {
        if (_namesTopics && record->Topic != _topic)
        {
            _topic = record->Topic;
            _topicName = _topic == 0 ? null : Marshal.PtrToStringUTF8(_client.TopicName(_topic));
        }

        return _topicName;
    }

    private Error ErrorOf(NativeRecord* record, ErrorCode code)
    {
        if (code != ErrorCode.Local_Fatal)
        {
            return new Error(code, Marshal.PtrToStringUTF8(_client.ErrorText(record)));
        }

        byte* text = stackalloc byte[MostErrorBytes];
        ErrorCode fatal = (ErrorCode)_client.FatalError(_handle.DangerousGetHandle(), text, MostErrorBytes);
        return new Error(fatal, Marshal.PtrToStringUTF8((nint)text), isFatal: true);
    }
}
