using System.Diagnostics;

namespace Sessionize.Engine;

/// <summary>What a lane remembers of one user: the visit, its events that are in no closed session yet, and the floor.</summary>
/// <remarks>
/// <para>Only the first open session is kept scanned: nothing behind it can close before it does. Events behind it are kept in order and
/// scanned when their turn comes.</para>
/// <para>A visit of few events is a list, where an event out of order is an insertion and a scan. That would be quadratic for a robot's
/// million events, so in a crowded visit what the watermark has not reached is put aside: nothing can close by it yet. When the
/// watermark passes it, it goes to the end of the list, and is scanned once.</para>
/// </remarks>
internal sealed class OpenVisit(SessionKernel kernel, VisitTexts texts, int crowdedFrom, VisitWork work)
{
    private RetainedEvent[] _events = new RetainedEvent[2];
    private int _start;
    private int _listed;
    private PendingEvents? _pending;
    private VisitState _first;
    private int _firstLength;
    private EndCause _firstEnd = EndCause.Open;

    /// <summary>The state as of the last event in a closed session; <c>default</c> when there is none.</summary>
    public VisitState Carried;

    public Floor Floor { get; set; }

    public int Count => _listed + (_pending?.Count ?? 0);

    public ReadOnlySpan<RetainedEvent> FirstSession => _events.AsSpan(_start, _firstLength);

    /// <summary>The state as of the last event of the first open session.</summary>
    public ref readonly VisitState FirstState => ref _first;

    /// <summary>Why the first open session ends, as far as is known from the events that the watermark has reached.</summary>
    public EndCause FirstEnd => _firstEnd;

    /// <summary>The event that starts the session after the first open one; only when there is one.</summary>
    public ref readonly RetainedEvent AfterFirst => ref _events[_start + _firstLength];

    private ReadOnlySpan<RetainedEvent> Listed => _events.AsSpan(_start, _listed);

    /// <summary>The lowest watermark under which something is to be done: an event is reached, a session closes, or the user is forgotten.</summary>
    /// <remarks>Where there are limits only, what is put aside can but move the end of a session that has begun to later.</remarks>
    public long DueWatermark(long timeoutMs) =>
        Count == 0 ? ForgottenAt(timeoutMs)
        : _pending is { Count: > 0 } && (_listed == 0 || !kernel.Rules.AreLimitsOnly) ? Math.Min(_firstEnd.DueWatermark, _pending.FirstMs + 1)
        : _firstEnd.DueWatermark;

    /// <summary>Puts an event in its place; what is due by the watermark has been closed.</summary>
    /// <returns>Its index in the list, or -1 when it was put aside.</returns>
    public int Insert(in RetainedEvent e, long watermark)
    {
        if (e.TimestampMs >= watermark && (Count >= crowdedFrom || _pending is { Count: > 0 }))
        {
            PutAside(e, watermark);
            return -1;
        }

        // Then the list is all that lies before the watermark, and what is put aside lies behind the event.
        Settle(watermark);
        int index = _listed;
        while (index > 0 && RetainedEvent.Compare(e, _events[_start + index - 1], texts) < 0)
        {
            index--;
        }

        Add(e);
        Array.Copy(_events, _start + index, _events, _start + index + 1, _listed - 1 - index);
        _events[_start + index] = e;
        work.Moved += _listed - index;
        if (index == _listed - 1 && index == _firstLength && index > 0)
        {
            Append(e);
        }
        else if (index <= _firstLength)
        {
            Rescan();
        }

        return index;
    }

    /// <summary>Takes an event out of the list again.</summary>
    public void RemoveAt(int index)
    {
        _listed--;
        Array.Copy(_events, _start + index + 1, _events, _start + index, _listed - index);
        Rescan();
    }

    /// <summary>Takes in what was put aside and lies before the watermark, up to the end of the first open session.</summary>
    public void Settle(long watermark)
    {
        while (_firstLength == _listed && _pending is { Count: > 0 } && _pending.FirstMs < watermark)
        {
            RetainedEvent e = _pending.TakeFirst();
            Add(e);
            if (_listed == 1)
            {
                Rescan();
            }
            else
            {
                Append(e);
            }
        }
    }

    /// <summary>Whether an event of the list is a visit of its own, one that pass 1 has ended by the watermark.</summary>
    public bool IsEndedVisitOfItsOwn(int index, long watermark)
    {
        VisitState state = Carried;
        Boundary boundary = Boundary.None;
        for (int i = 0; i <= index; i++)
        {
            boundary = kernel.Place(ref state, Listed[i], texts, out _);
        }

        work.Scanned += index + 1;
        if (boundary != Boundary.Visit || state.VisitDeadlineMs > watermark)
        {
            return false;
        }

        // What was put aside lies at or behind the watermark, and so behind the deadline of this event.
        return index + 1 == _listed || kernel.Place(ref state, Listed[index + 1], texts, out _) == Boundary.Visit;
    }

    /// <summary>Drops the events of the first open session, which was given out.</summary>
    public void CloseFirst()
    {
        Carried = _first;
        Carried.IsClosed = true;
        _start += _firstLength;
        _listed -= _firstLength;
        if (_events.Length > 16 && _listed < _events.Length / 4)
        {
            // The rest is less than what went, so moving it costs less than a step for each event that closed.
            RetainedEvent[] rest = new RetainedEvent[Math.Max(_listed * 2, 2)];
            Listed.CopyTo(rest);
            (_events, _start) = (rest, 0);
        }

        Rescan();
    }

    /// <summary>All events, in order.</summary>
    public ReadOnlySpan<RetainedEvent> Events() =>
        _pending is { Count: > 0 } ? (RetainedEvent[])[.. Listed, .. _pending.ToArray()] : Listed;

    /// <summary>Begins to take over a visit: what lies before its events.</summary>
    public void Load(in VisitState carried, in Floor floor)
    {
        Carried = carried;
        Floor = floor;
        _start = _listed = _firstLength = 0;
        _firstEnd = EndCause.Open;
    }

    /// <summary>Takes over the next event.</summary>
    public void LoadEvent(in RetainedEvent e) => Add(e);

    /// <summary>Ends taking over: what is known of the first open session.</summary>
    public void LoadFirst(in VisitState first, int length, EndCause end) => (_first, _firstLength, _firstEnd) = (first, length, end);

    /// <summary>Ends taking over: what is known of the first open session is asked.</summary>
    public void LoadFirst() => Rescan();

    /// <summary>Puts the event ids into the table, for as long as the visit stays unpacked.</summary>
    public void InternEventIds()
    {
        Floor = Floor with { EventId = texts.Intern(Floor.EventId) };
        Carried.Last.EventId = Carried.HasEvent ? texts.Intern(Carried.Last.EventId) : TextTable.None;
        foreach (ref RetainedEvent e in _events.AsSpan(_start, _listed))
        {
            e.EventId = texts.Intern(e.EventId);
        }

        _first.Last = _firstLength > 0 ? _events[_start + _firstLength - 1] : default;
    }

    [Conditional("DEBUG")]
    public void AssertInvariants()
    {
        for (int i = 1; i < _listed; i++)
        {
            Debug.Assert(RetainedEvent.Compare(Listed[i - 1], Listed[i], texts) < 0, "Retained events are in order, none twice.");
        }

        Debug.Assert(
            _listed == 0 || _pending is not { Count: > 0 } || RetainedEvent.Compare(Listed[^1], _pending.First(), texts) < 0,
            "What is put aside lies behind the list.");
        Debug.Assert(_firstLength <= _listed && (_listed == 0 || _firstLength > 0), "The first open session has events of the list.");
        Debug.Assert(
            _listed == 0 || !Carried.HasEvent || RetainedEvent.Compare(Carried.Last, Listed[0], texts) < 0,
            "Retained events lie behind the last event of a closed session.");
    }

    private long ForgottenAt(long timeoutMs)
    {
        long last = Math.Max(Floor.TimeMs, Carried.HasEvent ? Carried.VisitDeadlineMs : long.MinValue);
        return Saturating.Add(last, timeoutMs + 1);
    }

    /// <summary>Puts an event aside, and first those of the list that the watermark has not reached: events may come between them.</summary>
    private void PutAside(in RetainedEvent e, long watermark)
    {
        _pending ??= new PendingEvents(texts, work);
        if (_pending.Count == 0)
        {
            int reached = _listed;
            while (reached > 0 && Listed[reached - 1].TimestampMs >= watermark)
            {
                reached--;
            }

            for (int i = reached; i < _listed; i++)
            {
                _pending.Add(Listed[i]);
                work.PutAside++;
            }

            if (reached < _listed)
            {
                _listed = reached;
                Rescan();
            }
        }

        _pending.Add(e);
        work.PutAside++;
    }

    private void Add(in RetainedEvent e)
    {
        if (_start + _listed == _events.Length)
        {
            RetainedEvent[] larger = _start > _listed ? _events : new RetainedEvent[_listed * 2];
            Listed.CopyTo(larger);
            (_events, _start) = (larger, 0);
        }

        _events[_start + _listed++] = e;
    }

    private void Append(in RetainedEvent e)
    {
        work.Scanned++;
        VisitState next = _first;
        if (kernel.Place(ref next, e, texts, out EndCause cause) != Boundary.None)
        {
            _firstEnd = cause;
            return;
        }

        _first = next;
        _firstLength++;
        _firstEnd = _first.EndAfterLast;
    }

    private void Rescan()
    {
        if (_listed == 0)
        {
            _firstLength = 0;
            _firstEnd = EndCause.Open;
            return;
        }

        _first = Carried;
        _firstLength = kernel.TakeSession(ref _first, Listed, texts, out _firstEnd);
        work.Scanned += _firstLength;
    }
}
