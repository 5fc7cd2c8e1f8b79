using Sessionize.State;

namespace Sessionize.Engine;

/// <summary>The lane's state, written and taken over (design section 4).</summary>
internal sealed partial class Lane
{
    private const int ManyDirty = 4096;
    private const int BlocksAhead = 8;

    // What a checkpoint was written with is kept for the next one, unless it is as large as few are.
    private const int MostKeptBytes = 8 * 1024 * 1024;

    // What the last snapshot and the last delta took: the next one takes about as much.
    private int _snapshotBytes;
    private int _deltaBytes;
    private StateWriter? _writer;

    /// <summary>Writes the state as of now: all of it, or what changed since the last checkpoint.</summary>
    /// <returns>The state; valid until the next checkpoint.</returns>
    public ReadOnlyMemory<byte> Checkpoint(bool full)
    {
        if (_visits.Count == 0)
        {
            // Whoever knows nobody knows nothing but this: a replay may begin here.
            BeginReplayHere();
        }

        ref int bytes = ref full ? ref _snapshotBytes : ref _deltaBytes;
        int expected = (int)Math.Min(Array.MaxLength, bytes + (bytes / 8L) + 4096);
        StateWriter writer = _writer is { } last && last.Capacity >= expected ? last : new StateWriter(expected);
        writer.Clear();
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

        if (_dirty.Count >= ManyDirty)
        {
            // In the order in which users came, each would be waited for.
            _dirty.Sort();
        }

        int count = full ? _visits.Capacity : _dirty.Count;
        for (int i = 0; i < count; i++)
        {
            int user = full ? i : _dirty[i];
            if (i + BlocksAhead < count)
            {
                ref readonly VisitRecord next = ref _visits[full ? i + BlocksAhead : _dirty[i + BlocksAhead]];
                _visits.Blocks.Prefetch(next.Block, next.Used);
            }

            VisitMarks marks = _visits[user].Marks;
            if ((marks & VisitMarks.InUse) != 0 && (full || (marks & VisitMarks.Dirty) != 0))
            {
                _visits[user].Marks &= ~VisitMarks.Dirty;
                _texts.Clear();
                writer.WriteNumber((long)RecordKind.Visit);
                writer.Digest = (marks & VisitMarks.Dirty) != 0 ? BeginDigest() : null;
                WriteVisit(writer, _visits.UserId(user), Open(user));
                if (writer.Digest is not null)
                {
                    EndDigest(user);
                    writer.Digest = null;
                }

                writer.EndRecord();
            }
        }

        _dirty.Clear();
        _forgotten = [];
        HasChanged = false;
        if (full)
        {
            _visits.CompactIfSparse();
        }

        ReadOnlyMemory<byte> part = writer.Complete();
        bytes = part.Length;
        _writer = writer.Capacity <= MostKeptBytes ? writer : null;
        return part;
    }

    /// <summary>Takes over one part of a stored state: the snapshot first, then each delta.</summary>
    /// <param name="part">The part's content.</param>
    /// <param name="presentNames">What the partitions are called by now, by the name that was recorded; one that is not in it has kept its name.</param>
    /// <returns>What the part was made with.</returns>
    /// <exception cref="InvalidDataException">The part is damaged, of another format, or of other partitions.</exception>
    public StateFingerprint Apply(ReadOnlySpan<byte> part, IReadOnlyDictionary<string, string>? presentNames = null)
    {
        StateReader reader = new(part, StateHeader.Magic);
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
                    Drop(reader.ReadBytes());
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
    /// <param name="hasMoved">Whether the lane goes on elsewhere than where it was, which is to be committed also if nothing comes.</param>
    public void CompleteRestore(bool hasMoved = false)
    {
        _dirty.Clear();
        for (int user = 0; user < _visits.Capacity; user++)
        {
            if (_visits[user].Has(VisitMarks.InUse))
            {
                _visits[user].Marks &= ~VisitMarks.Dirty;
                if (_visits[user].DueMs > Watermark)
                {
                    _timers.Set(user);
                    continue;
                }

                _texts.Clear();
                CloseDue(user, Open(user));
            }
        }

        HasChanged = hasMoved || Closed.Count > 0;
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

    private void WriteVisit(StateWriter writer, ReadOnlySpan<byte> userId, OpenVisit visit)
    {
        writer.WriteBytes(userId);
        writer.WriteNumber((long)visit.Floor.Kind);
        writer.WriteNumber(visit.Floor.TimeMs);
        writer.WriteRareText(_texts.EventId(visit.Floor.EventId));
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
            WriteEvent(writer, carried.Last, carried.VisitStartMs);
            writer.WriteNumber(carried.VisitDeadlineMs);
            writer.WriteNumber(carried.VisitDeadlineRule);
            writer.WriteNumber(carried.SessionDeadlineMs);
            writer.WriteNumber(carried.SessionDeadlineRule);
            writer.WriteNumber(carried.VisitEndsRule);
            writer.WriteNumber(carried.SessionEndsRule);
        }

        writer.WriteNumber(visit.Count);
        long before = 0;
        foreach (ref readonly RetainedEvent e in visit.Events())
        {
            WriteEvent(writer, e, before);
            before = e.TimestampMs;
        }
    }

    private void WriteEvent(StateWriter writer, in RetainedEvent e, long baseMs)
    {
        writer.WriteNumber(e.TimestampMs - baseMs);
        writer.WriteNumber(e.Position);
        writer.WriteNumber(e.Partition);
        writer.WriteRareText(_texts.EventId(e.EventId));
        writer.WriteText(_texts.PageNameOf(e).Bytes);
        writer.WriteText(_texts.FieldsOf(e));
    }

    private void ReadVisit(ref StateReader reader, Dictionary<int, int> orders, int[] slots)
    {
        reader.Digest = BeginDigest();
        ReadOnlySpan<byte> userId = reader.ReadBytes();
        Drop(userId);
        _texts.Clear();
        Floor floor = new(
            (FloorKind)reader.ReadNumber(), reader.ReadNumber(), _texts.Keep(reader.ReadText()), (int)reader.ReadNumber(), reader.ReadNumber());
        if (floor.Kind != FloorKind.AtTime)
        {
            floor = floor with { Partition = orders[floor.Partition] };
        }

        VisitState carried = new() { VisitNumber = reader.ReadNumber() };
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
            carried.Last = ReadEvent(ref reader, carried.VisitStartMs, orders, slots);
            carried.VisitDeadlineMs = reader.ReadNumber();
            carried.VisitDeadlineRule = (int)reader.ReadNumber();
            carried.SessionDeadlineMs = reader.ReadNumber();
            carried.SessionDeadlineRule = (int)reader.ReadNumber();
            carried.VisitEndsRule = (int)reader.ReadNumber();
            carried.SessionEndsRule = (int)reader.ReadNumber();
        }

        _unpacked.Load(carried, floor);
        long count = reader.ReadNumber();
        RetainedEvent e = default;
        for (long i = 0; i < count; i++)
        {
            e = ReadEvent(ref reader, e.TimestampMs, orders, slots);
            _unpacked.LoadEvent(e);
        }

        _unpacked.LoadFirst();
        OpenVisits += count > 0 ? 1 : 0;
        int user = _visits.Add(VisitTable.Hash(userId), userId);
        MarkDirty(user);
        EndDigest(user);
        reader.Digest = null;
        Keep(user, count >= _crowdedFrom ? Crowd(user) : _unpacked);
    }

    /// <summary>Reads an event, its texts referred to once each, as an event of the source's partitions and the pipeline's fields, of which there may be fewer now.</summary>
    private RetainedEvent ReadEvent(ref StateReader reader, long baseMs, Dictionary<int, int> orders, int[] slots) => new()
    {
        TimestampMs = reader.ReadNumber() + baseMs,
        Position = reader.ReadNumber(),
        Partition = orders[(int)reader.ReadNumber()],
        EventId = _texts.Keep(reader.ReadText()),
        PageName = reader.ReadText() is { IsEmpty: false } page ? _table.Add(page) : TextTable.None,
        Fields = reader.ReadText() is { IsEmpty: false } fields ? Arrange(fields, slots) : TextTable.None,
    };

    private int Arrange(ReadOnlySpan<byte> stored, int[] slots)
    {
        Span<byte> arranged = new byte[stored.Length + slots.Length];
        int used = 0;
        bool any = false;
        foreach (int slot in slots)
        {
            ReadOnlySpan<byte> text = FieldTuple.Slot(stored, slot, out bool isPresent);
            used += FieldTuple.Append(arranged[used..], text, isPresent);
            any |= isPresent;
        }

        return any ? _table.Add(arranged[..used]) : TextTable.None;
    }

    private void Drop(ReadOnlySpan<byte> userId)
    {
        int user = _visits.Find(VisitTable.Hash(userId), userId);
        if (user != VisitTable.None)
        {
            _texts.Clear();
            Remove(user, Open(user));
        }
    }

    private enum RecordKind
    {
        Visit,
        Forgotten,
    }
}
