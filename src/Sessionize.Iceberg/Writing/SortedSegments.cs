namespace Sessionize.Iceberg.Writing;

/// <summary>Rows of segments in memory by partition, to be sorted by key. Rows that are equal stay in the order in which they came.</summary>
/// <remarks>Safe for use by several threads, of which each has partitions of its own.</remarks>
internal sealed class SortedSegments
{
    /// <summary>How many rows ahead memory is asked for: rows that follow each other in the order lie anywhere, and to wait for each would take longer than to read it.</summary>
    private const int RowsAhead = 8;

    private readonly List<RowSegment> _segments;
    private readonly int[] _partitionOf;
    private readonly bool _haveOrder;

    // By the place of a partition in the order of all: where its rows begin, and at the end the number of all rows.
    private readonly int[] _starts;
    private readonly ulong[] _heads;
    private readonly SortEntry[] _entries;

    /// <param name="segments">The segments, in the order in which they came.</param>
    /// <param name="ranks">For each partition its place in the order of all.</param>
    /// <param name="haveOrder">Whether rows have an order; else they stay as they came.</param>
    public SortedSegments(List<RowSegment> segments, int[] ranks, bool haveOrder)
    {
        _segments = segments;
        _haveOrder = haveOrder;
        _partitionOf = new int[ranks.Length];
        for (int partition = 0; partition < ranks.Length; partition++)
        {
            _partitionOf[ranks[partition]] = partition;
        }

        _starts = StartsOf(segments, ranks);
        _heads = GC.AllocateUninitializedArray<ulong>(_starts[^1]);
        _entries = GC.AllocateUninitializedArray<SortEntry>(_starts[^1]);
        Spread(ranks);
    }

    /// <summary>The number of partitions, of which some may have no rows here.</summary>
    public int PartitionCount => _partitionOf.Length;

    /// <summary>Sorts all rows and reads them.</summary>
    /// <param name="threads">The most threads that sort.</param>
    public SegmentRun ReadAll(int threads)
    {
        Parallel.For(0, PartitionCount, new ParallelOptions { MaxDegreeOfParallelism = threads }, Sort);
        return new SegmentRun(this, 0, PartitionCount);
    }

    /// <summary>The rows of the partition at a place in the order of all. They are sorted when the first is asked for, so that they are near when they are read.</summary>
    public SegmentRun Read(int rank) => new(this, rank, rank + 1, () => Sort(rank));

    /// <summary>Where the rows of a partition begin; of the place behind the last one, the number of all rows.</summary>
    public int StartOf(int rank) => _starts[rank];

    /// <summary>The partition at a place in the order of all.</summary>
    public int PartitionAt(int rank) => _partitionOf[rank];

    /// <summary>The first bytes of a row's sort key.</summary>
    public ulong Head(int row) => _heads[row];

    /// <summary>A row's sort key.</summary>
    public ReadOnlySpan<byte> Key(int row) => KeyOf(_entries[row]);

    /// <summary>A row as <see cref="RowWriter"/> wrote it.</summary>
    public ReadOnlySpan<byte> Body(int row) => _segments[_entries[row].Segment].Body(_entries[row].Offset);

    /// <summary>Asks for the memory of a row that will be read soon, if there is one.</summary>
    public void FetchAhead(int row)
    {
        if (row + RowsAhead < _entries.Length)
        {
            SortEntry entry = _entries[row + RowsAhead];
            _segments[entry.Segment].Fetch(entry.Offset);
        }
    }

    private static int[] StartsOf(List<RowSegment> segments, int[] ranks)
    {
        int[] starts = new int[ranks.Length + 1];
        foreach (RowSegment segment in segments)
        {
            foreach (RowEntry entry in segment.Entries)
            {
                starts[ranks[entry.Partition] + 1]++;
            }
        }

        for (int rank = 0; rank < ranks.Length; rank++)
        {
            starts[rank + 1] += starts[rank];
        }

        return starts;
    }

    private void Spread(int[] ranks)
    {
        int[] next = _starts[..^1];
        for (int i = 0; i < _segments.Count; i++)
        {
            foreach (RowEntry entry in _segments[i].Entries)
            {
                int place = next[ranks[entry.Partition]]++;
                _heads[place] = entry.Head;
                _entries[place] = new SortEntry(i, entry.Offset);
            }
        }
    }

    /// <summary>Sorts by the keys' first bytes, which are at hand; only among rows that have the same ones the keys are looked at.</summary>
    private void Sort(int rank)
    {
        if (!_haveOrder)
        {
            return;
        }

        Span<ulong> heads = _heads.AsSpan(_starts[rank].._starts[rank + 1]);
        Span<SortEntry> entries = _entries.AsSpan(_starts[rank].._starts[rank + 1]);
        heads.Sort(entries);
        Comparison<SortEntry> byKey = Compare;
        for (int start = 0, end; start < heads.Length; start = end)
        {
            FetchAhead(_starts[rank] + start);
            for (end = start + 1; end < heads.Length && heads[end] == heads[start]; end++)
            {
                FetchAhead(_starts[rank] + end);
            }

            entries[start..end].Sort(byKey);
        }
    }

    private int Compare(SortEntry x, SortEntry y)
    {
        int order = KeyOf(x).SequenceCompareTo(KeyOf(y));
        return order != 0 ? order : x.Segment != y.Segment ? x.Segment.CompareTo(y.Segment) : x.Offset.CompareTo(y.Offset);
    }

    private ReadOnlySpan<byte> KeyOf(SortEntry entry) => _segments[entry.Segment].Key(entry.Offset);
}
