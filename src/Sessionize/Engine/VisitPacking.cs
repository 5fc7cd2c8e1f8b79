namespace Sessionize.Engine;

/// <summary>Brings visits of few events between their compact form, a <see cref="VisitRecord"/> and a block of bytes, and an <see cref="OpenVisit"/>.</summary>
/// <remarks>The block: the user's id; what is carried over, if there is something; the event that the floor lies at, if it lies at one; the events.</remarks>
internal sealed class VisitPacking(VisitTable visits, VisitTexts texts, SessionKernel kernel, long timeoutMs, VisitWork work)
{
    private const int MostCarriedBytes = 160;

    private byte[] _buffer = new byte[4096];

    /// <summary>Puts an event behind the last one. The caller says what that means for the first session.</summary>
    public void Append(ref VisitRecord visit, in RetainedEvent e, ReadOnlySpan<byte> id)
    {
        Reserve(EventPacking.MostBytes(id.Length));
        int bytes = EventPacking.Write(_buffer, e, id, visit.LastMs, visit.LastPosition);
        Resize(ref visit, visit.Used, visit.Used + bytes, room: bytes);
        _buffer.AsSpan(0, bytes).CopyTo(visits.Blocks.Get(visit.Block, visit.BlockBytes)[visit.Used..]);
        visit.LastAt = visit.Used;
        visit.LastMs = e.TimestampMs;
        visit.LastPosition = e.Position;
        visit.Used += bytes;
        visit.Count++;
    }

    /// <summary>Puts an event between others of one session, or of those behind the first, where there are limits only: then nothing else changes.</summary>
    /// <returns>Whether it was put there; if not, its place tells more, or is not to be had by the time alone.</returns>
    public bool TryInsert(ref VisitRecord visit, in RetainedEvent e, ReadOnlySpan<byte> id)
    {
        ReadOnlySpan<byte> block = Block(visit);
        int at = EventsAt(visit, block);
        RetainedEvent before = default;
        (long ms, long position) = (visit.FirstMs, 0L);
        int start = at;
        int index = 0;
        for (EventPacking.Skip(block, ref at, ref ms, ref position); ms < e.TimestampMs; index++)
        {
            (before.TimestampMs, before.Position) = (ms, position);
            start = at;
            EventPacking.Skip(block, ref at, ref ms, ref position);
        }

        work.Moved += visit.Count - index;
        if (index == 0 || index == visit.FirstLength || ms == e.TimestampMs)
        {
            return false;
        }

        // The event takes the place of the next one, whose distances are now those to it; the rest moves up.
        int nextAt = start;
        RetainedEvent next = EventPacking.Read(block, ref nextAt, before.TimestampMs, before.Position, texts);
        ReadOnlySpan<byte> nextId = texts.EventId(next.EventId);
        Reserve(EventPacking.MostBytes(id.Length) + EventPacking.MostBytes(nextId.Length) + visit.Used - at);
        int own = EventPacking.Write(_buffer, e, id, before.TimestampMs, before.Position);
        int written = own + EventPacking.Write(_buffer.AsSpan(own), next, nextId, e.TimestampMs, e.Position);
        block[at..].CopyTo(_buffer.AsSpan(written));
        int used = start + written + visit.Used - at;
        visit.LastAt = start == visit.LastAt ? start + own : visit.LastAt + used - visit.Used;
        Resize(ref visit, start, used, own);
        _buffer.AsSpan(0, used - start).CopyTo(visits.Blocks.Get(visit.Block, used)[start..]);
        visit.Used = used;
        visit.Count++;
        visit.FirstLength += (ushort)(index < visit.FirstLength ? 1 : 0);
        return true;
    }

    /// <summary>The state as of the last event of the first session, which has to be the last of all.</summary>
    public VisitState StateAfterLast(in VisitRecord visit)
    {
        VisitState state = default;
        if (visit.Has(VisitMarks.HasCarried))
        {
            int at = visit.UserBytes;
            state = ReadCarried(Block(visit), ref at);
        }

        int lastAt = visit.LastAt;
        RetainedEvent last = EventPacking.Read(Block(visit), ref lastAt, 0, 0, texts);
        last.TimestampMs = visit.LastMs;
        last.Position = visit.LastPosition;
        SetFirst(visit, ref state, last);
        return state;
    }

    /// <summary>Keeps the answers that the kernel gave about the last event of the first session.</summary>
    public static void SetAnswers(ref VisitRecord visit, in VisitState state)
    {
        visit.VisitDeadlineMs = state.VisitDeadlineMs;
        visit.SessionDeadlineMs = state.SessionDeadlineMs;
        visit.VisitDeadlineRule = (short)state.VisitDeadlineRule;
        visit.SessionDeadlineRule = (short)state.SessionDeadlineRule;
        visit.VisitEndsRule = (short)state.VisitEndsRule;
        visit.SessionEndsRule = (short)state.SessionEndsRule;
    }

    /// <summary>Keeps why the first session ends, so far as the event behind it has to do with it.</summary>
    public static void SetEnd(ref VisitRecord visit, in EndCause end)
    {
        visit.StartsNewRule = (short)(end.Kind == EndCauseKind.StartsNew ? end.Rule : -1);
        visit.DueMs = end.DueWatermark;
    }

    public void Unpack(in VisitRecord visit, OpenVisit to)
    {
        ReadOnlySpan<byte> block = Block(visit);
        int at = visit.UserBytes;
        VisitState carried = visit.Has(VisitMarks.HasCarried) ? ReadCarried(block, ref at) : default;
        Floor floor = new(visit.FloorKind, visit.FloorMs, TextTable.None, 0, 0);
        if (visit.FloorKind != FloorKind.AtTime)
        {
            RetainedEvent point = EventPacking.Read(block, ref at, 0, 0, texts);
            floor = floor with { EventId = point.EventId, Partition = point.Partition, Position = point.Position };
        }

        to.Load(carried, floor);
        RetainedEvent e = new() { TimestampMs = visit.FirstMs };
        RetainedEvent last = default;
        RetainedEvent behindFirst = default;
        for (int i = 0; i < visit.Count; i++)
        {
            e = EventPacking.Read(block, ref at, e.TimestampMs, e.Position, texts);
            to.LoadEvent(e);
            last = i == visit.FirstLength - 1 ? e : last;
            behindFirst = i == visit.FirstLength ? e : behindFirst;
        }

        if (visit.Count > 0)
        {
            SetFirst(visit, ref carried, last);
            EndCause end = visit.StartsNewRule < 0
                ? carried.EndAfterLast
                : new EndCause(behindFirst.TimestampMs, EndCauseKind.StartsNew, visit.StartsNewRule);
            to.LoadFirst(carried, visit.FirstLength, end);
        }
    }

    public void Pack(ref VisitRecord visit, OpenVisit from)
    {
        ref readonly VisitState carried = ref from.Carried;
        ReadOnlySpan<RetainedEvent> events = from.Events();
        visit.Marks &= ~(VisitMarks.HasCarried | VisitMarks.StartsVisit);
        int used = 0;
        if (carried.HasEvent)
        {
            Reserve(MostCarriedBytes + EventPacking.MostBytes(texts.EventId(carried.Last.EventId).Length));
            visit.Marks |= VisitMarks.HasCarried;
            WriteCarried(_buffer, ref used, carried);
        }

        (visit.FloorKind, visit.FloorMs) = (from.Floor.Kind, from.Floor.TimeMs);
        if (from.Floor.Kind != FloorKind.AtTime)
        {
            RetainedEvent point = new()
            {
                Partition = from.Floor.Partition,
                Position = from.Floor.Position,
                PageName = TextTable.None,
                Fields = TextTable.None,
            };
            ReadOnlySpan<byte> id = texts.EventId(from.Floor.EventId);
            Reserve(used + EventPacking.MostBytes(id.Length));
            used += EventPacking.Write(_buffer.AsSpan(used), point, id, 0, 0);
        }

        RetainedEvent before = new() { TimestampMs = events.IsEmpty ? 0 : events[0].TimestampMs };
        visit.FirstMs = before.TimestampMs;
        foreach (ref readonly RetainedEvent e in events)
        {
            ReadOnlySpan<byte> id = texts.EventId(e.EventId);
            Reserve(used + EventPacking.MostBytes(id.Length));
            visit.LastAt = visit.UserBytes + used;
            used += EventPacking.Write(_buffer.AsSpan(used), e, id, before.TimestampMs, before.Position);
            before = e;
        }

        Resize(ref visit, visit.UserBytes, visit.UserBytes + used, room: events.IsEmpty ? 0 : visit.UserBytes + used - visit.LastAt);
        _buffer.AsSpan(0, used).CopyTo(visits.Blocks.Get(visit.Block, visit.BlockBytes)[visit.UserBytes..]);
        visit.Used = visit.UserBytes + used;
        (visit.LastMs, visit.LastPosition) = (before.TimestampMs, before.Position);
        visit.Count = (ushort)events.Length;
        visit.FirstLength = (ushort)from.FirstSession.Length;
        if (events.Length > 0)
        {
            ref readonly VisitState first = ref from.FirstState;
            visit.Marks |= first.VisitEvents == first.SessionEvents ? VisitMarks.StartsVisit : VisitMarks.None;
            SetAnswers(ref visit, first);
            SetEnd(ref visit, from.FirstEnd);
        }

        visit.DueMs = from.DueWatermark(timeoutMs);
    }

    /// <summary>Leaves nothing in the block but the user's id.</summary>
    public void Empty(ref VisitRecord visit)
    {
        Resize(ref visit, visit.UserBytes, visit.UserBytes, room: 0);
        (visit.Used, visit.Count, visit.FirstLength) = (visit.UserBytes, 0, 0);
        visit.Marks &= ~(VisitMarks.HasCarried | VisitMarks.StartsVisit);
    }

    private int EventsAt(in VisitRecord visit, ReadOnlySpan<byte> block)
    {
        int at = visit.UserBytes;
        if (visit.Has(VisitMarks.HasCarried))
        {
            ReadCarried(block, ref at);
        }

        if (visit.FloorKind != FloorKind.AtTime)
        {
            EventPacking.Read(block, ref at, 0, 0, texts);
        }

        return at;
    }

    private ReadOnlySpan<byte> Block(in VisitRecord visit) => visits.Blocks.Get(visit.Block, visit.Used);

    private void SetFirst(in VisitRecord visit, ref VisitState state, in RetainedEvent last)
    {
        kernel.Begin(ref state, visit.FirstMs, visit.Has(VisitMarks.StartsVisit) ? Boundary.Visit : Boundary.Session);
        state.VisitEvents += visit.FirstLength - 1;
        state.SessionEvents = visit.FirstLength;
        state.Last = last;
        state.VisitDeadlineMs = visit.VisitDeadlineMs;
        state.SessionDeadlineMs = visit.SessionDeadlineMs;
        state.VisitDeadlineRule = visit.VisitDeadlineRule;
        state.SessionDeadlineRule = visit.SessionDeadlineRule;
        state.VisitEndsRule = visit.VisitEndsRule;
        state.SessionEndsRule = visit.SessionEndsRule;
        state.IsClosed = false;
    }

    private void WriteCarried(Span<byte> to, ref int at, in VisitState carried)
    {
        Leb128.WriteSigned(to, ref at, carried.VisitNumber);
        Leb128.WriteSigned(to, ref at, carried.SameStart);
        Leb128.WriteSigned(to, ref at, carried.VisitStartMs);
        Leb128.WriteSigned(to, ref at, carried.VisitEvents);
        Leb128.WriteSigned(to, ref at, carried.SessionStartMs - carried.VisitStartMs);
        Leb128.WriteSigned(to, ref at, carried.SessionEvents);
        Leb128.WriteSigned(to, ref at, carried.SessionIndex);
        Leb128.WriteSigned(to, ref at, carried.CutsInsideCells);
        Leb128.WriteSigned(to, ref at, unchecked(carried.VisitDeadlineMs - carried.VisitStartMs));
        Leb128.WriteSigned(to, ref at, carried.VisitDeadlineRule);
        Leb128.WriteSigned(to, ref at, unchecked(carried.SessionDeadlineMs - carried.VisitStartMs));
        Leb128.WriteSigned(to, ref at, carried.SessionDeadlineRule);
        Leb128.WriteSigned(to, ref at, carried.VisitEndsRule);
        Leb128.WriteSigned(to, ref at, carried.SessionEndsRule);
        at += EventPacking.Write(to[at..], carried.Last, texts.EventId(carried.Last.EventId), carried.VisitStartMs, 0);
    }

    private VisitState ReadCarried(ReadOnlySpan<byte> from, ref int at)
    {
        VisitState carried = new()
        {
            IsClosed = true,
            VisitNumber = Leb128.ReadSigned(from, ref at),
            SameStart = (int)Leb128.ReadSigned(from, ref at),
            VisitStartMs = Leb128.ReadSigned(from, ref at),
            VisitEvents = Leb128.ReadSigned(from, ref at),
        };
        carried.SessionStartMs = carried.VisitStartMs + Leb128.ReadSigned(from, ref at);
        carried.SessionEvents = Leb128.ReadSigned(from, ref at);
        carried.SessionIndex = Leb128.ReadSigned(from, ref at);
        carried.CutsInsideCells = Leb128.ReadSigned(from, ref at);
        carried.VisitDeadlineMs = unchecked(carried.VisitStartMs + Leb128.ReadSigned(from, ref at));
        carried.VisitDeadlineRule = (int)Leb128.ReadSigned(from, ref at);
        carried.SessionDeadlineMs = unchecked(carried.VisitStartMs + Leb128.ReadSigned(from, ref at));
        carried.SessionDeadlineRule = (int)Leb128.ReadSigned(from, ref at);
        carried.VisitEndsRule = (int)Leb128.ReadSigned(from, ref at);
        carried.SessionEndsRule = (int)Leb128.ReadSigned(from, ref at);
        carried.Last = EventPacking.Read(from, ref at, carried.VisitStartMs, 0, texts);
        return carried;
    }

    /// <summary>Gives a visit a block of another size when its own is too small, or more than twice as large as need be.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="keep">How many bytes stay.</param>
    /// <param name="bytes">How many there will be.</param>
    /// <param name="room">How many may come next.</param>
    private void Resize(ref VisitRecord visit, int keep, int bytes, int room)
    {
        if (bytes <= visit.BlockBytes && visit.BlockBytes <= Math.Max(64, 2 * bytes))
        {
            return;
        }

        // With room for one event more, a visit of two events, as most are, moves once.
        bytes += room;
        uint block = visits.Blocks.Allocate(bytes);
        visits.Blocks.Get(visit.Block, keep).CopyTo(visits.Blocks.Get(block, keep));
        visits.Blocks.Free(visit.Block, visit.BlockBytes);
        (visit.Block, visit.BlockBytes) = (block, BlockHeap.Capacity(bytes));
    }

    private void Reserve(int bytes)
    {
        if (bytes > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(bytes, _buffer.Length * 2));
        }
    }
}
