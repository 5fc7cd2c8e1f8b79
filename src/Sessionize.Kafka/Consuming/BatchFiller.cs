using Sessionize.Parsing;

namespace Sessionize.Kafka.Consuming;

/// <summary>Makes batches of records as they come from librdkafka, each of one partition. Only the polling thread uses it.</summary>
internal sealed class BatchFiller(Handover handover, IEventParser parser, int mostRecordBytes, TimeProvider clock, bool isLive)
{
    private const int MostRecords = 1024;
    private const int MostBytes = 512 * 1024;
    private const int RecordsPerLookAtTheClock = 64;

    private readonly RecordReader _reader = new(parser);
    private EventBatch? _batch;
    private OwnedPartition? _partition;
    private long _nowMs;
    private int _sinceClock;

    public bool IsEmpty => _batch is null;

    /// <summary>How many events were added.</summary>
    public long Events { get; private set; }

    /// <summary>How many of them have a key other than their user.</summary>
    public long KeyMismatches { get; private set; }

    /// <summary>Adds a record.</summary>
    public void Add(OwnedPartition partition, in ConsumedRecord record)
    {
        EventBatch batch = BatchOf(partition);
        long offset = record.Offset;
        partition.Expected = offset + 1;
        if (!record.HasValue)
        {
            // A record without a value deletes its key in a compacted topic: no event, and nothing is wrong with it.
            batch.SkipTo(offset + 1);
            return;
        }

        RecordOrigin origin = new(offset, ArrivalMs: record.AppendedMs ?? ArrivalNow()) { IsArrivalMeasured = isLive && record.AppendedMs is null };
        ReadOnlySpan<byte> value = record.Value;
        if (value.Length > mostRecordBytes)
        {
            batch.AddBad(origin, BadEventReason.LineTooLong, value, value.Length);
        }
        else if (IsBlank(value))
        {
            // A message may hold line ends, unlike a line: white space alone is nothing in both.
            batch.SkipTo(offset + 1);
        }
        else
        {
            _reader.Add(batch, origin, value);
            CompareKey(batch, record);
        }

        if (batch.Count >= MostRecords || batch.Bytes >= MostBytes)
        {
            Seal();
        }
    }

    /// <summary>Passes over what is below an offset: everything before it was added, and the rest is no event.</summary>
    public void SkipTo(OwnedPartition partition, long offset)
    {
        if (offset > partition.Expected)
        {
            BatchOf(partition).SkipTo(offset);
            partition.Expected = offset;
        }
    }

    /// <summary>Hands over what was added.</summary>
    public void Seal()
    {
        if (_batch is { } batch)
        {
            _batch = null;
            handover.Add(batch, _partition!);
        }

        _sinceClock = 0;
    }

    /// <summary>Forgets what was added of some partitions and not handed over.</summary>
    public void Drop(Func<OwnedPartition, bool> isMeant)
    {
        if (_batch is not null && isMeant(_partition!))
        {
            _batch = null;
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> value) =>
        value.IsEmpty || (value[0] <= (byte)' ' && value.IndexOfAnyExcept(" \t\r\n"u8) < 0);

    private EventBatch BatchOf(OwnedPartition partition)
    {
        if (_batch is not null && _partition != partition)
        {
            Seal();
        }

        if (_batch is null)
        {
            _batch = handover.Rent();
            _batch.Begin(partition.Source.Name);
            _partition = partition;
        }

        return _batch;
    }

    private void CompareKey(EventBatch batch, in ConsumedRecord record)
    {
        int row = batch.Count - 1;
        if (batch.Reason(row) == BadEventReason.None)
        {
            Events++;
            if (!record.HasKey || !record.Key.SequenceEqual(batch.UserId(row)))
            {
                KeyMismatches++;
            }
        }
    }

    private long ArrivalNow()
    {
        if (!isLive)
        {
            return long.MaxValue;
        }

        if (_sinceClock++ % RecordsPerLookAtTheClock == 0)
        {
            _nowMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
        }

        return _nowMs;
    }
}
