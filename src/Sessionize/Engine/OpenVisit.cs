using System.Diagnostics;

namespace Sessionize.Engine;

/// <summary>What a lane remembers of one user: the visit, its events that are in no closed session yet, and the floor.</summary>
/// <remarks>
/// Only the first open session is kept scanned: nothing behind it can close before it does. Events behind it are kept in order and
/// scanned when their turn comes.
/// </remarks>
internal sealed class OpenVisit
{
    private RetainedEvent[] _events = new RetainedEvent[2];
    private VisitState _first;
    private int _firstLength;
    private EndCause _firstEnd;

    /// <summary>The state as of the last event in a closed session; <c>default</c> when there is none.</summary>
    public VisitState Carried;

    public Floor Floor { get; set; }

    public int Count { get; private set; }

    /// <summary>The watermark for which the timer queue holds the valid entry; <see cref="long.MaxValue"/>: none.</summary>
    public long QueuedAt { get; set; } = long.MaxValue;

    /// <summary>Whether the visit changed since the last checkpoint.</summary>
    public bool IsDirty { get; set; }

    public ReadOnlySpan<RetainedEvent> Events => _events.AsSpan(0, Count);

    public ReadOnlySpan<RetainedEvent> FirstSession => _events.AsSpan(0, _firstLength);

    /// <summary>The state as of the last event of the first open session.</summary>
    public ref readonly VisitState FirstState => ref _first;

    /// <summary>Why the first open session ends, as far as is known.</summary>
    public EndCause FirstEnd => _firstEnd;

    /// <summary>The event that starts the session after the first open one; only when there is one.</summary>
    public ref readonly RetainedEvent AfterFirst => ref _events[_firstLength];

    /// <summary>The lowest watermark under which something is to be done: a session closes, or the user is forgotten.</summary>
    public long DueWatermark(long timeoutMs) => Count > 0 ? _firstEnd.DueWatermark : ForgottenAt(timeoutMs);

    /// <summary>Puts an event in its place.</summary>
    /// <returns>Its index.</returns>
    public int Insert(in RetainedEvent e, SessionKernel kernel, TextTable texts)
    {
        int index = Count;
        while (index > 0 && RetainedEvent.Compare(e, _events[index - 1], texts) < 0)
        {
            index--;
        }

        if (Count == _events.Length)
        {
            Array.Resize(ref _events, Count * 2);
        }

        Array.Copy(_events, index, _events, index + 1, Count - index);
        _events[index] = e;
        Count++;
        if (index == Count - 1 && index == _firstLength && index > 0)
        {
            Append(e, kernel, texts);
        }
        else if (index <= _firstLength)
        {
            Rescan(kernel, texts);
        }

        return index;
    }

    /// <summary>Takes an event out again.</summary>
    public void RemoveAt(int index, SessionKernel kernel, TextTable texts)
    {
        Count--;
        Array.Copy(_events, index + 1, _events, index, Count - index);
        Rescan(kernel, texts);
    }

    /// <summary>Whether an event is a visit of its own, one that pass 1 has ended by the watermark.</summary>
    public bool IsEndedVisitOfItsOwn(int index, long watermark, SessionKernel kernel, TextTable texts)
    {
        VisitState state = Carried;
        Boundary boundary = Boundary.None;
        for (int i = 0; i <= index; i++)
        {
            boundary = kernel.Place(ref state, _events[i], texts, out _);
        }

        if (boundary != Boundary.Visit || state.VisitDeadlineMs > watermark)
        {
            return false;
        }

        return index + 1 == Count || kernel.Place(ref state, _events[index + 1], texts, out _) == Boundary.Visit;
    }

    /// <summary>Drops the events of the first open session, which was given out.</summary>
    public void CloseFirst(SessionKernel kernel, TextTable texts)
    {
        Carried = _first;
        Carried.IsClosed = true;
        Count -= _firstLength;
        Array.Copy(_events, _firstLength, _events, 0, Count);
        if (_events.Length > 16 && Count < _events.Length / 4)
        {
            Array.Resize(ref _events, Math.Max(Count * 2, 2));
        }

        Rescan(kernel, texts);
    }

    /// <summary>Takes over what a checkpoint holds.</summary>
    public void Restore(ReadOnlySpan<RetainedEvent> events, SessionKernel kernel, TextTable texts)
    {
        _events = new RetainedEvent[Math.Max(events.Length, 2)];
        events.CopyTo(_events);
        Count = events.Length;
        Rescan(kernel, texts);
    }

    [Conditional("DEBUG")]
    public void AssertInvariants(TextTable texts)
    {
        for (int i = 1; i < Count; i++)
        {
            Debug.Assert(RetainedEvent.Compare(_events[i - 1], _events[i], texts) < 0, "Retained events are in order, none twice.");
        }

        Debug.Assert(_firstLength <= Count && (Count == 0 || _firstLength > 0), "The first open session has events of the list.");
        Debug.Assert(
            Count == 0 || !Carried.HasEvent || RetainedEvent.Compare(Carried.Last, _events[0], texts) < 0,
            "Retained events lie behind the last event of a closed session.");
    }

    private long ForgottenAt(long timeoutMs)
    {
        long last = Math.Max(Floor.TimeMs, Carried.HasEvent ? Carried.VisitDeadlineMs : long.MinValue);
        return Saturating.Add(last, timeoutMs + 1);
    }

    private void Append(in RetainedEvent e, SessionKernel kernel, TextTable texts)
    {
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

    private void Rescan(SessionKernel kernel, TextTable texts)
    {
        if (Count == 0)
        {
            _firstLength = 0;
            _firstEnd = EndCause.Open;
            return;
        }

        _first = Carried;
        _firstLength = kernel.TakeSession(ref _first, Events, texts, out _firstEnd);
    }
}
