namespace Sessionize.Iceberg.Writing;

/// <summary>Goes through sorted runs as if they were one. Rows that are equal come in the order of the runs.</summary>
internal sealed class RowMerge
{
    private readonly int[] _ranks;
    private readonly RowRun[] _runs;

    // A heap of the runs' numbers, the one with the next row first.
    private readonly int[] _heap;
    private int _count;
    private bool _isBegun;

    /// <param name="runs">The runs, none of which was begun; those of earlier rows first.</param>
    /// <param name="ranks">For each partition its place in the order of all.</param>
    public RowMerge(IEnumerable<RowRun> runs, int[] ranks)
    {
        _ranks = ranks;
        _runs = [.. runs];
        _heap = new int[_runs.Length];
    }

    /// <summary>The run that has the row.</summary>
    public RowRun Current => _runs[_heap[0]];

    /// <summary>Goes to the next row, or the first.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        if (!_isBegun)
        {
            Begin();
        }
        else if (Current.MoveNext())
        {
            Sink(0);
        }
        else
        {
            _heap[0] = _heap[--_count];
            Sink(0);
        }

        return _count > 0;
    }

    private void Begin()
    {
        _isBegun = true;
        for (int run = 0; run < _runs.Length; run++)
        {
            if (_runs[run].MoveNext())
            {
                _heap[_count++] = run;
            }
        }

        for (int place = (_count / 2) - 1; place >= 0; place--)
        {
            Sink(place);
        }
    }

    private void Sink(int place)
    {
        while (true)
        {
            int child = (2 * place) + 1;
            if (child >= _count)
            {
                return;
            }

            if (child + 1 < _count && IsBefore(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsBefore(_heap[child], _heap[place]))
            {
                return;
            }

            (_heap[place], _heap[child]) = (_heap[child], _heap[place]);
            place = child;
        }
    }

    private bool IsBefore(int left, int right)
    {
        RowRun x = _runs[left];
        RowRun y = _runs[right];
        if (x.Partition != y.Partition)
        {
            return _ranks[x.Partition] < _ranks[y.Partition];
        }

        if (x.Head != y.Head)
        {
            return x.Head < y.Head;
        }

        int order = x.Key.SequenceCompareTo(y.Key);
        return order < 0 || (order == 0 && left < right);
    }
}
