using System.Collections.Concurrent;
using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>Turns batches of rows into segments: each row with its partition and its sort key. Not thread-safe; several work side by side.</summary>
internal sealed class RowStager(RowKeys keys, PartitionNumbers partitions, TextPool texts, ConcurrentBag<RowSegment> freeSegments)
{
    /// <summary>About what a row takes beside its user and its key.</summary>
    private const int RowBytes = 96;

    private readonly RowWriter _writer = new(texts);
    private readonly ByteBuffer _partitionKey = new();
    private readonly ByteBuffer _orderKey = new();
    private readonly ByteBuffer _body = new();
    private byte[] _lastPartitionKey = [];
    private int _lastPartitionKeyLength = -1;
    private int _lastPartition;

    /// <summary>Stages a batch.</summary>
    /// <param name="rows">The rows, valid during the call.</param>
    /// <returns>The rows as segments, in their order.</returns>
    /// <exception cref="SessionizeException">A value does not fit in the table's column that rows are spread or sorted by.</exception>
    public List<RowSegment> Stage(SessionBatch rows)
    {
        keys.Begin();
        _writer.Begin(rows);
        List<RowSegment> segments = [];
        for (int row = 0; row < rows.Count; row++)
        {
            int partition = PartitionOf(rows, row);
            _orderKey.Clear();
            keys.WriteOrder(rows, row, _orderKey);
            _body.Clear();
            _writer.Write(rows, row, _body);
            if (segments.Count == 0 || !segments[^1].TryAdd(partition, _orderKey.Written, _body.Written))
            {
                segments.Add(NextSegment(rows.Count - row));
                _ = segments[^1].TryAdd(partition, _orderKey.Written, _body.Written);
            }
        }

        return segments;
    }

    private int PartitionOf(SessionBatch rows, int row)
    {
        _partitionKey.Clear();
        keys.WritePartition(rows, row, _partitionKey);
        ReadOnlySpan<byte> key = _partitionKey.Written;
        if (_lastPartitionKeyLength == key.Length && key.SequenceEqual(_lastPartitionKey.AsSpan(0, key.Length)))
        {
            return _lastPartition;
        }

        if (!partitions.TryFind(key, out _lastPartition))
        {
            _lastPartition = partitions.Add(key, keys.PartitionOf(rows, row));
        }

        if (_lastPartitionKey.Length < key.Length)
        {
            _lastPartitionKey = new byte[2 * key.Length];
        }

        key.CopyTo(_lastPartitionKey);
        _lastPartitionKeyLength = key.Length;
        return _lastPartition;
    }

    /// <summary>A segment for the row at hand and, as far as it goes, those behind it. A few rows get a small one: commits may be small and many.</summary>
    private RowSegment NextSegment(int rowsLeft)
    {
        int needed = RowSegment.SizeOf(_orderKey.Length, _body.Length);
        long expected = Math.Max(needed, (long)rowsLeft * (RowBytes + _orderKey.Length + needed) / 2);
        if (expected < RowSegment.UsualBytes || needed > RowSegment.UsualBytes)
        {
            return new RowSegment((int)Math.Max(needed, Math.Min(expected, RowSegment.UsualBytes - 1)));
        }

        return freeSegments.TryTake(out RowSegment? free) ? free : new RowSegment(RowSegment.UsualBytes);
    }
}
