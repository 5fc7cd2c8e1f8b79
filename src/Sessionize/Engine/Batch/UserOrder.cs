namespace Sessionize.Engine.Batch;

/// <summary>Puts a user's events in the order of semantics section 1. Not thread-safe.</summary>
internal sealed class UserOrder(IEventTexts texts, IEventPlaces places, bool rulesReadIds)
{
    /// <summary>An event of which only the file has the id.</summary>
    public const int UnreadId = -2;

    // Input is mostly in the order of time already, where inserting beats every other way; beyond so many moves an event it does not.
    private const int MostMoves = 16;

    private readonly List<(byte[] Id, RetainedEvent Event)> _tied = [];

    public void Sort(Span<RetainedEvent> events)
    {
        if (!TryInsert(events))
        {
            events.Sort(static (left, right) => IsBefore(left, right) ? -1 : IsBefore(right, left) ? 1 : 0);
        }

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
    private static bool TryInsert(Span<RetainedEvent> events)
    {
        long movesLeft = (long)MostMoves * events.Length;
        for (int i = 1; i < events.Length; i++)
        {
            if (!IsBefore(events[i], events[i - 1]))
            {
                continue;
            }

            RetainedEvent e = events[i];
            int to = i;
            while (to > 0 && IsBefore(e, events[to - 1]))
            {
                events[to] = events[to - 1];
                to--;
            }

            events[to] = e;
            movesLeft -= i - to;
            if (movesLeft < 0)
            {
                return false;
            }
        }

        return true;
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
