namespace Sessionize.Iceberg.Writing;

/// <summary>Rows of segments in memory, sorted. Rows that are equal stay in the order in which they came.</summary>
internal sealed class SegmentRun : RowRun
{
    private readonly IReadOnlyList<RowSegment> _segments;
    private readonly int[] _partitionOf;
    private readonly SortEntry[] _entries;
    private int _next;
    private SortEntry _current;

    /// <param name="segments">The segments, in the order in which they came.</param>
    /// <param name="ranks">For each partition its place in the order of all.</param>
    public SegmentRun(IReadOnlyList<RowSegment> segments, int[] ranks)
    {
        _segments = segments;
        _partitionOf = new int[ranks.Length];
        for (int partition = 0; partition < ranks.Length; partition++)
        {
            _partitionOf[ranks[partition]] = partition;
        }

        _entries = new SortEntry[segments.Sum(segment => segment.Entries.Length)];
        int count = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            foreach (RowEntry entry in segments[i].Entries)
            {
                _entries[count++] = new SortEntry(entry.Head, ranks[entry.Partition], i, entry.Offset);
            }
        }

        _entries.AsSpan().Sort(new Order(segments));
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Key => _segments[_current.Segment].Key(_current.Offset);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Body => _segments[_current.Segment].Body(_current.Offset);

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_next == _entries.Length)
        {
            return false;
        }

        _current = _entries[_next++];
        Partition = _partitionOf[_current.Rank];
        Head = _current.Head;
        return true;
    }

    private readonly struct Order(IReadOnlyList<RowSegment> segments) : IComparer<SortEntry>
    {
        public int Compare(SortEntry x, SortEntry y)
        {
            if (x.Rank != y.Rank)
            {
                return x.Rank < y.Rank ? -1 : 1;
            }

            if (x.Head != y.Head)
            {
                return x.Head < y.Head ? -1 : 1;
            }

            int order = segments[x.Segment].Key(x.Offset).SequenceCompareTo(segments[y.Segment].Key(y.Offset));
            return order != 0 ? order : x.Segment != y.Segment ? x.Segment.CompareTo(y.Segment) : x.Offset.CompareTo(y.Offset);
        }
    }
}
