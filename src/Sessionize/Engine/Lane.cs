using System.Diagnostics;
using Sessionize.Rules;

namespace Sessionize.Engine;

/// <summary>The events, watermark, open visits and closed sessions of one lane (semantics section 6). Not thread-safe: lanes share nothing.</summary>
internal sealed partial class Lane
{
    private readonly PipelinePlan _plan;
    private readonly SessionKernel _kernel;
    private readonly TextTable _users = new();
    private readonly TextTable _texts = new();
    private readonly EventReader _reader;
    private readonly SessionRows _rows;
    private readonly PriorityQueue<int, long> _timers = new();
    private readonly LanePartition[] _partitions;
    private readonly List<int> _dirty = [];
    private OpenVisit?[] _visits = new OpenVisit?[16];
    private List<byte[]> _forgotten = [];

    public Lane(LaneId id, PipelinePlan plan, IEnumerable<SourcePartition> partitions)
    {
        Id = id;
        _plan = plan;
        _kernel = plan.Kernel;
        _reader = new EventReader(_texts);
        _rows = new SessionRows(plan, _texts);
        _partitions = [.. partitions.OrderBy(partition => partition.Order).Select(partition => new LanePartition(partition))];
    }

    public LaneId Id { get; }

    public LaneCounts Counts { get; } = new();

    public VisitWork Work { get; } = new();

    public IReadOnlyList<LanePartition> Partitions => _partitions;

    /// <summary>W of semantics section 6: the least of the partitions' watermarks, and never falling.</summary>
    public long Watermark { get; private set; } = long.MinValue;

    /// <summary>The highest time of a good event, or <see langword="null"/>.</summary>
    public long? HighestEventMs { get; private set; }

    /// <summary>T + 1 of the last close-all: every floor is at least this.</summary>
    public long LeastFloorMs { get; private set; } = long.MinValue;

    /// <summary>The users that are remembered.</summary>
    public int Users => _users.Count;

    /// <summary>The sessions that closed since they were last taken.</summary>
    public List<SessionChange> Closed { get; private set; } = [];

    /// <summary>The bad and late events since they were last taken.</summary>
    public List<DeadLetter> DeadLetters { get; private set; } = [];

    /// <summary>Whether position or state changed since the last checkpoint.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Takes one record of a batch, in the order of its partition.</summary>
    public void Take(EventBatch batch, int row, LanePartition partition)
    {
        RecordOrigin origin = batch.Origin(row);
        partition.Next = origin.Position + 1;
        partition.AtEndSinceMs = null;
        HasChanged = true;
        if (!IsGood(batch, row, out BadEventReason reason))
        {
            Counts.AddBad(reason);
            DeadLetters.Add(batch.ToDeadLetter(row, reason.ToString()));
            return;
        }

        long t = batch.TimestampMs(row);
        Counts.Events++;
        HighestEventMs = Math.Max(HighestEventMs ?? t, t);
        if (!TryInsert(batch, row, partition.Source.Order))
        {
            Counts.Late++;
            if (_plan.LateEvents == LateEventPolicy.SideOutput)
            {
                DeadLetters.Add(batch.ToDeadLetter(row, DeadLetter.LateReason));
            }
        }

        Advance(partition, Math.Min(t, origin.ArrivalMs) - _plan.WatermarkDelayMs);
    }

    /// <summary>Passes over records of a partition that are no events.</summary>
    public void SkipTo(long next, LanePartition partition)
    {
        if (next > partition.Next)
        {
            partition.Next = next;
            HasChanged = true;
        }
    }

    /// <summary>Moves all partitions' watermarks up to a time, and closes what is due by then.</summary>
    public void AdvanceTo(long watermark)
    {
        foreach (LanePartition partition in _partitions)
        {
            Advance(partition, watermark);
        }
    }

    /// <summary>Moves one partition's watermark up to a time, and closes what is due by the lane's.</summary>
    public void Advance(LanePartition partition, long watermark)
    {
        if (watermark <= partition.Watermark)
        {
            return;
        }

        HasChanged = true;
        partition.Watermark = watermark;
        long least = _partitions.Min(other => other.Watermark);
        if (least > Watermark)
        {
            Watermark = least;
            CloseDue();
        }
    }

    /// <summary>Closes every session: the input is bounded and ends at T.</summary>
    /// <remarks>
    /// Visits end with their sessions: what comes after T is another input's, and its first event has no predecessor.
    /// </remarks>
    public void CloseAll(long endTimeMs)
    {
        if (LeastFloorMs > endTimeMs && _users.Count == 0)
        {
            return;
        }

        int[] users = [.. Enumerable.Range(0, _users.Capacity).Where(user => user < _visits.Length && _visits[user] is not null)];
        Array.Sort(users, _users.Compare);
        foreach (int user in users)
        {
            OpenVisit visit = _visits[user]!;
            while (visit.Count > 0)
            {
                Settle(user, visit, long.MaxValue);
                EndCause cause = visit.FirstEnd;
                CloseFirst(user, visit, cause.TimeMs <= endTimeMs ? cause.Rule : RuleSet.NoRule);
            }

            Forget(user);
        }

        LeastFloorMs = Math.Max(LeastFloorMs, endTimeMs + 1);
        AdvanceTo(endTimeMs + 1);
        HasChanged = true;
    }

    /// <summary>Takes the sessions that closed, for a commit.</summary>
    public List<SessionChange> TakeClosed()
    {
        List<SessionChange> closed = Closed;
        Closed = [];
        return closed;
    }

    /// <summary>Takes the bad and late events, for the dead letters.</summary>
    public List<DeadLetter> TakeDeadLetters()
    {
        List<DeadLetter> letters = DeadLetters;
        DeadLetters = [];
        return letters;
    }

    private bool IsGood(EventBatch batch, int row, out BadEventReason reason)
    {
        reason = batch.Reason(row);
        long arrival = batch.Origin(row).ArrivalMs;
        if (reason == BadEventReason.None && _plan.IsLive && arrival != long.MaxValue
            && batch.TimestampMs(row) - arrival > _plan.MaxFutureSkewMs)
        {
            reason = BadEventReason.FutureTimestamp;
        }

        return reason == BadEventReason.None;
    }

    private bool TryInsert(EventBatch batch, int row, int partition)
    {
        RetainedEvent e = _reader.Read(batch, row, partition);
        ReadOnlySpan<byte> userId = batch.UserId(row);
        int user = _users.Find(userId);

        // Who is to be forgotten by W is gone: the timers ran when W moved.
        Floor floor = user == TextTable.None
            ? Floor.At(Math.Max(Saturating.Add(Watermark, -_plan.TimeoutMs), LeastFloorMs))
            : _visits[user]!.Floor;
        if (e.TimestampMs < Watermark && floor.IsAfter(e, _texts))
        {
            _reader.Release(e);
            return false;
        }

        OpenVisit visit = user == TextTable.None ? new OpenVisit(_plan.CrowdedFrom, Work) { Floor = floor } : _visits[user]!;
        try
        {
            int index = visit.Insert(e, Watermark, _kernel, _texts);
            if (e.TimestampMs < Watermark && visit.IsEndedVisitOfItsOwn(index, Watermark, _kernel, _texts))
            {
                visit.RemoveAt(index, _kernel, _texts);
                _reader.Release(e);
                return false;
            }
        }
        catch (RuleFailure failure)
        {
            throw At(failure, userId);
        }

        visit.AssertInvariants(_texts);
        Remember(ref user, userId, visit);
        CloseDue(user, visit);
        return true;
    }

    private void Remember(ref int user, ReadOnlySpan<byte> userId, OpenVisit visit)
    {
        if (user == TextTable.None)
        {
            user = _users.Add(userId);
            if (user >= _visits.Length)
            {
                Array.Resize(ref _visits, _visits.Length * 2);
            }

            _visits[user] = visit;
        }

        MarkDirty(user, visit);
    }

    private void MarkDirty(int user, OpenVisit visit)
    {
        if (!visit.IsDirty)
        {
            visit.IsDirty = true;
            _dirty.Add(user);
        }
    }

    /// <summary>Closes what is due by the watermark, in the order in which it became due.</summary>
    private void CloseDue()
    {
        while (_timers.TryPeek(out int user, out long due) && due <= Watermark)
        {
            _timers.Dequeue();
            if (_visits[user] is { } visit && visit.QueuedAt == due)
            {
                visit.QueuedAt = long.MaxValue;
                CloseDue(user, visit);
            }
        }
    }

    /// <summary>Closes what is due of one user, and sets the timer for what comes next.</summary>
    private void CloseDue(int user, OpenVisit visit)
    {
        Settle(user, visit, Watermark);
        while (visit.Count > 0 && visit.FirstEnd.DueWatermark <= Watermark)
        {
            MarkDirty(user, visit);
            CloseFirst(user, visit, visit.FirstEnd.Rule);
            Settle(user, visit, Watermark);
        }

        long due = visit.DueWatermark(_plan.TimeoutMs);
        if (visit.Count == 0 && due <= Watermark)
        {
            Forget(user);
        }
        else if (due < visit.QueuedAt)
        {
            // A timer that is too early is moved when it fires, so an event of an open visit does not touch the queue.
            visit.QueuedAt = due;
            _timers.Enqueue(user, due);
        }
    }

    private void CloseFirst(int user, OpenVisit visit, int rule)
    {
        ReadOnlySpan<RetainedEvent> events = visit.FirstSession;
        Closed.Add(new SessionChange(SessionChangeKind.Added, _rows.Make(_users[user], visit.FirstState, events, _plan.Rules.ReasonOf(rule))));
        Counts.Closed++;
        EndCause cause = visit.FirstEnd;
        Floor floor = cause.Kind switch
        {
            EndCauseKind.EndsWith => Floor.After(events[^1]),
            EndCauseKind.StartsNew => Floor.At(visit.AfterFirst),
            _ => Floor.At(cause.TimeMs),
        };

        // What is carried over and what the floor names has to outlive the events; the rest of their texts may go.
        RetainedEvent carried = visit.Carried.Last;
        bool hadCarried = visit.Carried.HasEvent;
        _texts.AddReference(floor.EventId);
        _texts.Release(visit.Floor.EventId);
        visit.Floor = floor;
        foreach (ref readonly RetainedEvent e in events[..^1])
        {
            _reader.Release(e);
        }

        if (hadCarried)
        {
            _reader.Release(carried);
        }

        try
        {
            visit.CloseFirst(_kernel, _texts);
        }
        catch (RuleFailure failure)
        {
            throw At(failure, _users[user]);
        }

        visit.AssertInvariants(_texts);
    }

    private void Settle(int user, OpenVisit visit, long watermark)
    {
        try
        {
            visit.Settle(watermark, _kernel, _texts);
        }
        catch (RuleFailure failure)
        {
            throw At(failure, _users[user]);
        }
    }

    private SessionizeException At(RuleFailure failure, ReadOnlySpan<byte> userId) =>
        failure.At(_partitions.First(source => source.Source.Order == failure.Event.Partition).Source.Name, userId);

    private void Forget(int user)
    {
        OpenVisit visit = _visits[user]!;
        Debug.Assert(visit.Count == 0, "A user is forgotten when no event of his is retained.");
        _forgotten.Add(_users[user].ToArray());
        if (visit.Carried.HasEvent)
        {
            _reader.Release(visit.Carried.Last);
        }

        _texts.Release(visit.Floor.EventId);
        _visits[user] = null;
        _users.Release(user);
    }
}
