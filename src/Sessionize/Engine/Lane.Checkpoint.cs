using Sessionize.State;

namespace Sessionize.Engine;

/// <summary>The lane's state, written and taken over (design section 4).</summary>
internal sealed partial class Lane
{
    /// <summary>Writes the state as of now: all of it, or what changed since the last checkpoint.</summary>
    public ReadOnlyMemory<byte> Checkpoint(bool full)
    {
        StateWriter writer = new(_texts);
        new StateHeader(
            Id,
            !full,
            StateFingerprint.Of(_plan),
            [.. _partitions.Select(p => new StateHeader.Partition(p.Source.Name, p.Source.Order, p.Next, p.ReplayFrom, p.Watermark))],
            HighestEventMs,
            LeastFloorMs,
            Watermark).Write(writer);
        if (!full)
        {
            foreach (byte[] user in _forgotten)
            {
                writer.WriteNumber((long)RecordKind.Forgotten);
                writer.WriteBytes(user);
                writer.EndRecord();
            }
        }

        IEnumerable<int> users = full ? Enumerable.Range(0, _users.Capacity) : _dirty;
        foreach (int user in users)
        {
            if (user < _visits.Length && _visits[user] is { } visit && (full || visit.IsDirty))
            {
                visit.IsDirty = false;
                WriteVisit(writer, user, visit);
                writer.EndRecord();
            }
        }

        _dirty.Clear();
        _forgotten = [];
        HasChanged = false;
        return writer.Complete();
    }

    /// <summary>Takes over one part of a stored state: the snapshot first, then each delta.</summary>
    /// <param name="part">The part's content.</param>
    /// <param name="presentNames">What the partitions are called by now, by the name that was recorded; one that is not in it has kept its name.</param>
    /// <returns>What the part was made with.</returns>
    /// <exception cref="InvalidDataException">The part is damaged, of another format, or of other partitions.</exception>
    public StateFingerprint Apply(ReadOnlySpan<byte> part, IReadOnlyDictionary<string, string>? presentNames = null)
    {
        StateReader reader = new(part, StateHeader.Magic, _texts);
        StateHeader header = StateHeader.Read(ref reader);
        if (header.Lane != Id)
        {
            throw new InvalidDataException($"it is the state of lane {header.Lane}");
        }

        if (StateFingerprint.Of(_plan).WhyNot(header.Fingerprint) is { } reason)
        {
            throw new InvalidDataException(reason);
        }

        Dictionary<int, int> orders = ApplyHeader(header, presentNames);
        int[] slots = [.. _plan.Rules.Retained.Select(field => header.Fingerprint.Fields.ToList().IndexOf(field.Path))];
        while (reader.NextBlock())
        {
            while (reader.HasMore)
            {
                if ((RecordKind)reader.ReadNumber() == RecordKind.Forgotten)
                {
                    Drop(_users.Find(reader.ReadBytes()));
                }
                else
                {
                    ReadVisit(ref reader, orders, slots);
                }
            }
        }

        return header.Fingerprint;
    }

    /// <summary>Sets the timers, after the last part.</summary>
    public void CompleteRestore()
    {
        foreach (int user in _dirty)
        {
            if (_visits[user] is { } visit)
            {
                visit.IsDirty = false;
            }
        }

        _dirty.Clear();
        for (int user = 0; user < _users.Capacity && user < _visits.Length; user++)
        {
            if (_visits[user] is { } visit)
            {
                visit.AssertInvariants(_texts);
                CloseDue(user, visit);
            }
        }

        HasChanged = Closed.Count > 0;
    }

    private Dictionary<int, int> ApplyHeader(StateHeader header, IReadOnlyDictionary<string, string>? presentNames)
    {
        Dictionary<int, int> orders = [];
        foreach (StateHeader.Partition stored in header.Partitions)
        {
            string name = presentNames?.GetValueOrDefault(stored.Name) ?? stored.Name;
            LanePartition partition = _partitions.FirstOrDefault(known => known.Source.Name == name)
                ?? throw new InvalidDataException(
                    $"it was read from the partition '{stored.Name}', which the source does not have (it has {string.Join(", ", _partitions.Select(known => $"'{known.Source.Name}'"))})");
            partition.Next = stored.Next;
            partition.ReplayFrom = stored.ReplayFrom;
            partition.Watermark = stored.Watermark;
            orders[stored.Order] = partition.Source.Order;
        }

        HighestEventMs = header.HighestEventMs;
        LeastFloorMs = header.LeastFloorMs;
        Watermark = header.Watermark;
        return orders;
    }

    private void WriteVisit(StateWriter writer, int user, OpenVisit visit)
    {
        writer.WriteNumber((long)RecordKind.Visit);
        writer.WriteBytes(_users[user]);
        writer.WriteNumber((long)visit.Floor.Kind);
        writer.WriteNumber(visit.Floor.TimeMs);
        writer.WriteText(visit.Floor.EventId);
        writer.WriteNumber(visit.Floor.Partition);
        writer.WriteNumber(visit.Floor.Position);
        ref readonly VisitState carried = ref visit.Carried;
        writer.WriteNumber(carried.VisitNumber);
        if (carried.HasEvent)
        {
            writer.WriteNumber(carried.SameStart);
            writer.WriteNumber(carried.VisitStartMs);
            writer.WriteNumber(carried.VisitEvents);
            writer.WriteNumber(carried.SessionStartMs);
            writer.WriteNumber(carried.SessionEvents);
            writer.WriteNumber(carried.SessionIndex);
            writer.WriteNumber(carried.CutsInsideCells);
            writer.WriteEvent(carried.Last, carried.VisitStartMs);
            writer.WriteNumber(carried.VisitDeadlineMs);
            writer.WriteNumber(carried.VisitDeadlineRule);
            writer.WriteNumber(carried.SessionDeadlineMs);
            writer.WriteNumber(carried.SessionDeadlineRule);
            writer.WriteNumber(carried.VisitEndsRule);
            writer.WriteNumber(carried.SessionEndsRule);
        }

        writer.WriteNumber(visit.Count);
        long before = 0;
        foreach (ref readonly RetainedEvent e in visit.Events(_texts))
        {
            writer.WriteEvent(e, before);
            before = e.TimestampMs;
        }
    }

    private void ReadVisit(ref StateReader reader, Dictionary<int, int> orders, int[] slots)
    {
        ReadOnlySpan<byte> userId = reader.ReadBytes();
        Drop(_users.Find(userId));
        Floor floor = new(
            (FloorKind)reader.ReadNumber(), reader.ReadNumber(), reader.ReadText(), (int)reader.ReadNumber(), reader.ReadNumber());
        if (floor.Kind != FloorKind.AtTime)
        {
            floor = floor with { Partition = orders[floor.Partition] };
        }

        OpenVisit visit = new(_plan.CrowdedFrom, Work) { Floor = floor };
        ref VisitState carried = ref visit.Carried;
        carried.VisitNumber = reader.ReadNumber();
        if (carried.HasEvent)
        {
            carried.IsClosed = true;
            carried.SameStart = (int)reader.ReadNumber();
            carried.VisitStartMs = reader.ReadNumber();
            carried.VisitEvents = reader.ReadNumber();
            carried.SessionStartMs = reader.ReadNumber();
            carried.SessionEvents = reader.ReadNumber();
            carried.SessionIndex = reader.ReadNumber();
            carried.CutsInsideCells = reader.ReadNumber();
            carried.Last = Arrange(reader.ReadEvent(carried.VisitStartMs), orders, slots);
            carried.VisitDeadlineMs = reader.ReadNumber();
            carried.VisitDeadlineRule = (int)reader.ReadNumber();
            carried.SessionDeadlineMs = reader.ReadNumber();
            carried.SessionDeadlineRule = (int)reader.ReadNumber();
            carried.VisitEndsRule = (int)reader.ReadNumber();
            carried.SessionEndsRule = (int)reader.ReadNumber();
        }

        RetainedEvent[] events = new RetainedEvent[(int)reader.ReadNumber()];
        long before = 0;
        for (int i = 0; i < events.Length; i++)
        {
            events[i] = Arrange(reader.ReadEvent(before), orders, slots);
            before = events[i].TimestampMs;
        }

        visit.Restore(events, _kernel, _texts);
        int user = TextTable.None;
        Remember(ref user, userId, visit);
    }

    /// <summary>Brings a stored event to the source's partitions and the pipeline's fields, of which there may be fewer now.</summary>
    private RetainedEvent Arrange(RetainedEvent e, Dictionary<int, int> orders, int[] slots)
    {
        e.Partition = orders[e.Partition];
        if (e.Fields == TextTable.None)
        {
            return e;
        }

        ReadOnlySpan<byte> stored = _texts[e.Fields];
        Span<byte> arranged = new byte[stored.Length + slots.Length];
        int used = 0;
        bool any = false;
        foreach (int slot in slots)
        {
            ReadOnlySpan<byte> text = FieldTuple.Slot(stored, slot, out bool isPresent);
            used += FieldTuple.Append(arranged[used..], text, isPresent);
            any |= isPresent;
        }

        int fields = any ? _texts.Add(arranged[..used]) : TextTable.None;
        _texts.Release(e.Fields);
        e.Fields = fields;
        return e;
    }

    private void Drop(int user)
    {
        if (user == TextTable.None)
        {
            return;
        }

        OpenVisit visit = _visits[user]!;
        foreach (ref readonly RetainedEvent e in visit.Events(_texts))
        {
            _reader.Release(e);
        }

        if (visit.Carried.HasEvent)
        {
            _reader.Release(visit.Carried.Last);
        }

        _texts.Release(visit.Floor.EventId);
        _visits[user] = null;
        _users.Release(user);
    }

    private enum RecordKind
    {
        Visit,
        Forgotten,
    }
}
