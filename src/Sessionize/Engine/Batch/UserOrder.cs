namespace Sessionize.Engine.Batch;

/// <summary>Puts a user's events in the order of semantics section 1. Not thread-safe.</summary>
internal sealed class UserOrder(IEventTexts texts, IEventPlaces places, bool rulesReadIds)
{
    /// <summary>An event of which only the file has the id.</summary>
    public const int UnreadId = -2;

    private const int LeastRun = 8;

    private readonly List<(byte[] Id, RetainedEvent Event)> _tied = [];
    private readonly List<int> _runEnds = [];
    private RetainedEvent[] _merged = [];

    public void Sort(Span<RetainedEvent> events)
    {
        SortByTime(events);
        for (int start = 0; start < events.Length;)
        {
            int end = start + 1;
            while (end < events.Length && events[end].TimestampMs == events[start].TimestampMs)
            {
                end++;
            }

            if (end - start > 1 && OrderMatters(events[start..end]))
            {
                SortById(events[start..end]);
            }

            start = end;
        }
    }

    /// <summary>Sorts by time, then by source position.</summary>
    /// <remarks>
    /// Input is mostly in the order of time, and then a user's events are one ascending run for each thread that read some. So runs are
    /// found and merged: one pass over what is in order, one more for each doubling of the threads, and n log n for what is in no order at all.
    /// </remarks>
    private void SortByTime(Span<RetainedEvent> events)
    {
        FindRuns(events);
        if (_runEnds.Count == 1)
        {
            return;
        }

        if (_merged.Length < events.Length)
        {
            _merged = GC.AllocateUninitializedArray<RetainedEvent>(Math.Max(events.Length, _merged.Length * 2));
        }

        Span<RetainedEvent> from = events;
        Span<RetainedEvent> to = _merged.AsSpan(0, events.Length);
        while (_runEnds.Count > 1)
        {
            MergePairs(from, to);
            Span<RetainedEvent> sorted = to;
            to = from;
            from = sorted;
        }

        if (from != events)
        {
            from.CopyTo(events);
        }
    }

    private void FindRuns(Span<RetainedEvent> events)
    {
        _runEnds.Clear();
        int end = 0;
        while (end < events.Length)
        {
            int start = end++;
            while (end < events.Length && !IsBefore(events[end], events[end - 1]))
            {
                end++;
            }

            // A short run is made longer by inserting, which is faster than merging there.
            for (; end < events.Length && end - start < LeastRun; end++)
            {
                RetainedEvent e = events[end];
                int place = end;
                for (; place > start && IsBefore(e, events[place - 1]); place--)
                {
                    events[place] = events[place - 1];
                }

                events[place] = e;
            }

            _runEnds.Add(end);
        }
    }

    /// <summary>Merges each two runs that follow one another.</summary>
    private void MergePairs(ReadOnlySpan<RetainedEvent> from, Span<RetainedEvent> to)
    {
        int start = 0;
        int merged = 0;
        for (int run = 0; run < _runEnds.Count; run += 2)
        {
            int middle = _runEnds[run];
            int end = run + 1 < _runEnds.Count ? _runEnds[run + 1] : middle;
            int left = start;
            int right = middle;
            for (int i = start; i < end; i++)
            {
                to[i] = right == end || (left < middle && !IsBefore(from[right], from[left])) ? from[left++] : from[right++];
            }

            start = end;
            _runEnds[merged++] = end;
        }

        _runEnds.RemoveRange(merged, _runEnds.Count - merged);
    }

    private static bool IsBefore(in RetainedEvent left, in RetainedEvent right) =>
        left.TimestampMs != right.TimestampMs ? left.TimestampMs < right.TimestampMs
        : left.Partition != right.Partition ? left.Partition < right.Partition
        : left.Position < right.Position;

    /// <summary>Whether a rule or a row could tell events of one time apart.</summary>
    private bool OrderMatters(ReadOnlySpan<RetainedEvent> tied)
    {
        foreach (ref readonly RetainedEvent e in tied)
        {
            if (rulesReadIds || e.PageName != tied[0].PageName || e.Fields != TextTable.None)
            {
                return true;
            }
        }

        return false;
    }

    private void SortById(Span<RetainedEvent> tied)
    {
        foreach (ref readonly RetainedEvent e in tied)
        {
            byte[] id = e.EventId == UnreadId ? places.ReadEventId(e.Partition, e.Position) : texts.EventIdOf(e).Bytes.ToArray();
            _tied.Add((id, e));
        }

        // No id comes first, as the empty text would.
        _tied.Sort(static (left, right) =>
        {
            int order = left.Id.AsSpan().SequenceCompareTo(right.Id);
            return order != 0 ? order : IsBefore(left.Event, right.Event) ? -1 : IsBefore(right.Event, left.Event) ? 1 : 0;
        });
        for (int i = 0; i < tied.Length; i++)
        {
            tied[i] = _tied[i].Event;
        }

        _tied.Clear();
    }
}
