namespace Sessionize.Iceberg.Writing;

/// <summary>Goes through sorted rows in memory.</summary>
/// <param name="rows">The rows.</param>
/// <param name="from">The place of the first partition in the order of all.</param>
/// <param name="to">The place behind the last one.</param>
/// <param name="begin">Called before the first row is read; <see langword="null"/>: nothing.</param>
internal sealed class SegmentRun(SortedSegments rows, int from, int to, Action? begin = null) : RowRun
{
    private Action? _begin = begin;
    private int _rank = from;
    private int _row = rows.StartOf(from) - 1;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Key => rows.Key(_row);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Body => rows.Body(_row);

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        _begin?.Invoke();
        _begin = null;
        if (_row + 1 == rows.StartOf(to))
        {
            return false;
        }

        _row++;
        rows.FetchAhead(_row);
        while (_row == rows.StartOf(_rank + 1))
        {
            _rank++;
        }

        Partition = rows.PartitionAt(_rank);
        Head = rows.Head(_row);
        return true;
    }
}
