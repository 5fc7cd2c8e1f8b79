using System.Diagnostics;
using Sessionize.Rules;

namespace Sessionize.Engine;

/// <summary>The lane's visits: an event goes into one, sessions close, users are forgotten.</summary>
internal sealed partial class Lane
{
    private bool TryInsert(EventBatch batch, int row, int partition, ulong userHash)
    {
        _texts.Clear();
        RetainedEvent e = _reader.Read(batch, row, partition);
        ReadOnlySpan<byte> userId = batch.UserId(row);
        int user = _visits.Find(userHash, userId);
        if (user != VisitTable.None && TryTakePacked(user, e))
        {
            return true;
        }

        // Who is to be forgotten by W is gone: the timers ran when W moved.
        OpenVisit visit;
        if (user == VisitTable.None)
        {
            visit = _unpacked;
            visit.Load(default, Floor.At(Math.Max(Saturating.Add(Watermark, -_plan.TimeoutMs), LeastFloorMs)));
        }
        else
        {
            visit = Open(user);
        }

        if (e.TimestampMs < Watermark && visit.Floor.IsAfter(e, _texts))
        {
            _reader.Release(e);
            return false;
        }

        if (user != VisitTable.None && visit.Count >= _crowdedFrom && ReferenceEquals(visit, _unpacked))
        {
            visit = Crowd(user);
        }

        if (!ReferenceEquals(visit, _unpacked))
        {
            e.EventId = _texts.Intern(e.EventId);
        }

        try
        {
            int index = visit.Insert(e, Watermark);
            if (e.TimestampMs < Watermark && visit.IsEndedVisitOfItsOwn(index, Watermark))
            {
                visit.RemoveAt(index);
                _reader.Release(e);
                return false;
            }
        }
        catch (RuleFailure failure)
        {
            throw At(failure, userId);
        }

        visit.AssertInvariants();
        OpenVisits += visit.Count == 1 ? 1 : 0;
        user = user == VisitTable.None ? _visits.Add(userHash, userId) : user;
        MarkDirty(user);
        CloseDue(user, visit);
        return true;
    }

    /// <summary>Takes an event that is not behind the watermark without unpacking the visit: one that comes behind all others, as most do, or changes nothing else.</summary>
    private bool TryTakePacked(int user, in RetainedEvent e)
    {
        ref VisitRecord visit = ref _visits[user];
        if (visit.Count == 0 || visit.Count >= _crowdedFrom || e.TimestampMs < Watermark)
        {
            return false;
        }

        if (e.TimestampMs <= visit.LastMs)
        {
            bool isInserted = _plan.Rules.AreLimitsOnly && _packing.TryInsert(ref visit, e, _texts.EventId(e.EventId));
            if (isInserted)
            {
                MarkDirty(user);
            }

            return isInserted;
        }

        bool isFirst = visit.Count == visit.FirstLength;
        if (isFirst && _kernel.TryTakeWithinLimits(e.TimestampMs, ref visit.VisitDeadlineMs, visit.SessionDeadlineMs))
        {
            visit.FirstLength++;
            visit.DueMs = Math.Min(visit.VisitDeadlineMs, visit.SessionDeadlineMs);
        }
        else if (isFirst)
        {
            Place(user, ref visit, e);
        }

        _packing.Append(ref visit, e, _texts.EventId(e.EventId));
        MarkDirty(user);
        if (visit.DueMs <= Watermark)
        {
            CloseDue(user, Open(user));
        }
        else
        {
            _timers.Set(user);
        }

        return true;
    }

    private void Place(int user, ref VisitRecord visit, in RetainedEvent e)
    {
        VisitState state = _packing.StateAfterLast(visit);
        try
        {
            if (_kernel.Place(ref state, e, _texts, out EndCause end) != Boundary.None)
            {
                VisitPacking.SetEnd(ref visit, end);
                return;
            }
        }
        catch (RuleFailure failure)
        {
            throw At(failure, _visits.UserId(user));
        }

        visit.FirstLength++;
        VisitPacking.SetAnswers(ref visit, state);
        VisitPacking.SetEnd(ref visit, state.EndAfterLast);
    }

    /// <summary>A visit to work on, valid until the next one is opened; <see cref="Keep"/> takes over what was changed.</summary>
    private OpenVisit Open(int user)
    {
        ref readonly VisitRecord visit = ref _visits[user];
        if (visit.Crowd >= 0)
        {
            return _crowds[visit.Crowd]!;
        }

        _packing.Unpack(visit, _unpacked);
        return _unpacked;
    }

    /// <summary>Keeps what was changed of a visit.</summary>
    private void Keep(int user, OpenVisit visit)
    {
        ref VisitRecord record = ref _visits[user];
        if (record.Crowd < 0)
        {
            _packing.Pack(ref record, visit);
            return;
        }

        record.DueMs = visit.DueWatermark(_plan.TimeoutMs);
        if (visit.Count == 0)
        {
            _packing.Pack(ref record, visit);
            ReleaseEventIds(visit);
            _crowds[record.Crowd] = null;
            _freeCrowds.Push(record.Crowd);
            record.Crowd = -1;
        }
    }

    /// <summary>Makes an unpacked visit one that stays so.</summary>
    private OpenVisit Crowd(int user)
    {
        OpenVisit visit = _unpacked;
        _unpacked = NewVisit();
        visit.InternEventIds();
        ref VisitRecord record = ref _visits[user];
        _packing.Empty(ref record);
        if (!_freeCrowds.TryPop(out int place))
        {
            place = _crowds.Count;
            _crowds.Add(null);
        }

        _crowds[place] = visit;
        record.Crowd = place;
        return visit;
    }

    private OpenVisit NewVisit() => new(_kernel, _texts, _crowdedFrom, Work);

    private void MarkDirty(int user)
    {
        ref VisitRecord visit = ref _visits[user];
        if (!visit.Has(VisitMarks.Dirty))
        {
            visit.Marks |= VisitMarks.Dirty;
            _dirty.Add(user);
        }
    }

    /// <summary>Closes what is due by the watermark, in the order in which it became due.</summary>
    private void CloseDue()
    {
        _timers.Advance(Watermark);
        while (_timers.TryTake(Watermark, out int user))
        {
            if (_visits[user].DueMs <= Watermark)
            {
                _texts.Clear();
                CloseDue(user, Open(user));
            }
            else
            {
                _timers.Set(user);
            }
        }
    }

    /// <summary>Closes what is due of one user, keeps the visit, and sets the timer for what comes next.</summary>
    private void CloseDue(int user, OpenVisit visit)
    {
        Settle(user, visit, Watermark);
        while (visit.Count > 0 && visit.FirstEnd.DueWatermark <= Watermark)
        {
            MarkDirty(user);
            CloseFirst(user, visit, visit.FirstEnd.Rule);
            Settle(user, visit, Watermark);
        }

        if (visit.Count == 0 && visit.DueWatermark(_plan.TimeoutMs) <= Watermark)
        {
            Forget(user, visit);
            return;
        }

        Keep(user, visit);

        // A timer that is too early is moved when it fires, so an event of an open visit does not touch it.
        _timers.Set(user);
    }

    private void CloseFirst(int user, OpenVisit visit, int rule)
    {
        ReadOnlySpan<RetainedEvent> events = visit.FirstSession;
        Closed.Add(new SessionChange(SessionChangeKind.Added, _rows.Make(_visits.UserId(user), visit.FirstState, events, _plan.Rules.ReasonOf(rule))));
        Counts.AddClosed(rule);
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
        _table.AddReference(floor.EventId);
        _table.Release(visit.Floor.EventId);
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
            visit.CloseFirst();
            OpenVisits -= visit.Count == 0 ? 1 : 0;
        }
        catch (RuleFailure failure)
        {
            throw At(failure, _visits.UserId(user));
        }

        visit.AssertInvariants();
    }

    private void Settle(int user, OpenVisit visit, long watermark)
    {
        try
        {
            visit.Settle(watermark);
        }
        catch (RuleFailure failure)
        {
            throw At(failure, _visits.UserId(user));
        }
    }

    private SessionizeException At(RuleFailure failure, ReadOnlySpan<byte> userId) =>
        failure.At(_partitions.First(source => source.Source.Order == failure.Event.Partition).Source.Name, userId);

    private void Forget(int user, OpenVisit visit)
    {
        Debug.Assert(visit.Count == 0, "A user is forgotten when no event of his is retained.");
        _forgotten.Add(_visits.UserId(user).ToArray());
        Remove(user, visit);
    }

    private void Remove(int user, OpenVisit visit)
    {
        OpenVisits -= visit.Count > 0 ? 1 : 0;
        foreach (ref readonly RetainedEvent e in visit.Events())
        {
            _reader.Release(e);
        }

        if (visit.Carried.HasEvent)
        {
            _reader.Release(visit.Carried.Last);
        }

        _table.Release(visit.Floor.EventId);
        _timers.Remove(user);
        if (_visits[user].Crowd is var crowd and >= 0)
        {
            _crowds[crowd] = null;
            _freeCrowds.Push(crowd);
        }

        _visitDigests -= _visits[user].Digest;
        _visits.Remove(user);
    }

    private void ReleaseEventIds(OpenVisit visit)
    {
        _table.Release(visit.Floor.EventId);
        if (visit.Carried.HasEvent)
        {
            _table.Release(visit.Carried.Last.EventId);
        }
    }
}
