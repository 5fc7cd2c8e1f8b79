using Sessionize.Rules;

namespace Sessionize.Engine;

/// <summary>The events, watermark, open visits and closed sessions of one lane (semantics section 6). Not thread-safe: lanes share nothing.</summary>
internal sealed partial class Lane : IDisposable
{
    // Rows are looked up this many at a time: the memory of one is fetched while others are worked on.
    private const int Ahead = 32;

    // Few events take more.
    private const int RoomOfAnEvent = 40;

    private readonly PipelinePlan _plan;
    private readonly SessionKernel _kernel;
    private readonly LanePartition[] _partitions;

    // Pages and fields, each once; and what the visit in hand needs beside them.
    private readonly TextTable _table = new();
    private readonly VisitTexts _texts;
    private readonly EventReader _reader;
    private readonly SessionRows _rows;

    private readonly VisitTable _visits = new();
    private readonly VisitTimers _timers;
    private readonly VisitPacking _packing;
    private readonly int _crowdedFrom;
    private readonly List<OpenVisit?> _crowds = [];
    private readonly Stack<int> _freeCrowds = new();
    private OpenVisit _unpacked;

    private readonly List<int> _dirty = [];
    private List<byte[]> _forgotten = [];

    public Lane(LaneId id, PipelinePlan plan, IEnumerable<SourcePartition> partitions)
    {
        Id = id;
        _plan = plan;
        _kernel = plan.Kernel;
        Counts = new LaneCounts(plan.Rules.Rules.Count);
        _texts = new VisitTexts(_table);
        _reader = new EventReader(_table, _texts);
        _rows = new SessionRows(plan, _texts);
        _partitions = [.. partitions.OrderBy(partition => partition.Order).Select(partition => new LanePartition(partition))];
        _timers = new VisitTimers(_visits);
        _packing = new VisitPacking(_visits, _texts, _kernel, plan.TimeoutMs, Work);
        _crowdedFrom = Math.Min(plan.CrowdedFrom, ushort.MaxValue);
        _unpacked = NewVisit();
    }

    public LaneId Id { get; }

    public LaneCounts Counts { get; private set; }

    /// <summary>How often retained events were touched, but for those that came in order into visits that are not crowded.</summary>
    public VisitWork Work { get; } = new();

    public IReadOnlyList<LanePartition> Partitions => _partitions;

    /// <summary>W of semantics section 6: the least of the partitions' watermarks, and never falling.</summary>
    public long Watermark { get; private set; } = long.MinValue;

    /// <summary>The highest time of a good event, or <see langword="null"/>.</summary>
    public long? HighestEventMs { get; private set; }

    /// <summary>T + 1 of the last close-all: every floor is at least this.</summary>
    public long LeastFloorMs { get; private set; } = long.MinValue;

    /// <summary>The users that are remembered.</summary>
    public int Users => _visits.Count;

    /// <summary>The users of whom an event is not yet in a closed session.</summary>
    public int OpenVisits { get; private set; }

    /// <summary>The memory of visits that are not crowded: slots, records and blocks. Pages and fields, each once, are not in it. May be read by any thread.</summary>
    public long VisitBytes => _visits.Bytes + (_dirty.Capacity * sizeof(int));

    /// <summary>The sessions that closed since they were last taken.</summary>
    public List<SessionChange> Closed { get; private set; } = [];

    /// <summary>The bad and late events since they were last taken.</summary>
    public List<DeadLetter> DeadLetters { get; private set; } = [];

    /// <summary>Whether position or state changed since the last checkpoint.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Counts into what an earlier lane of the same id counted, from what was counted so far on.</summary>
    public void CountInto(LaneCounts counts)
    {
        counts.Add(Counts);
        Counts = counts;
    }

    /// <summary>Takes the records of a batch, in the order of their partition.</summary>
    public void Take(EventBatch batch, LanePartition partition)
    {
        Span<ulong> hashes = stackalloc ulong[Ahead];
        for (int start = 0; start < batch.Count; start += Ahead)
        {
            int count = Math.Min(Ahead, batch.Count - start);
            Fetch(batch, start, hashes[..count]);
            for (int i = 0; i < count; i++)
            {
                Take(batch, start + i, partition, hashes[i], batch.Origin(start + i));
            }
        }
    }

    /// <summary>Takes one record of a batch.</summary>
    public void Take(EventBatch batch, int row, LanePartition partition) =>
        Take(batch, row, partition, VisitTable.Hash(batch.UserId(row)), batch.Origin(row));

    private void Take(EventBatch batch, int row, LanePartition partition, ulong userHash, in RecordOrigin origin)
    {
        partition.Next = origin.Position + 1;
        partition.AtEndSinceMs = null;
        HasChanged = true;
        if (!IsGood(batch, row, origin.ArrivalMs, out BadEventReason reason))
        {
            Counts.AddBad(reason);
            if (origin.IsArrivalMeasured && reason == BadEventReason.FutureTimestamp)
            {
                NoteArrival(origin, partition, batch.TimestampMs(row), isBad: true);
            }

            DeadLetters.Add(batch.ToDeadLetter(row, reason.ToString()));
            return;
        }

        long t = batch.TimestampMs(row);
        Counts.Events++;
        HighestEventMs = Math.Max(HighestEventMs ?? t, t);
        if (!TryInsert(batch, row, partition.Source.Order, userHash))
        {
            Counts.Late++;
            if (_plan.LateEvents == LateEventPolicy.SideOutput)
            {
                DeadLetters.Add(batch.ToDeadLetter(row, DeadLetter.LateReason));
            }
        }

        if (origin.IsArrivalMeasured && t > origin.ArrivalMs)
        {
            NoteArrival(origin, partition, t, isBad: false);
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

    /// <summary>Moves all partitions' watermarks up to a time that no record gives, and closes what is due by then.</summary>
    public void AdvanceTo(long watermark)
    {
        foreach (LanePartition partition in _partitions)
        {
            AdvanceByClock(partition, watermark);
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
        long least = watermark;
        foreach (LanePartition other in _partitions)
        {
            least = Math.Min(least, other.Watermark);
        }

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
        if (LeastFloorMs > endTimeMs && _visits.Count == 0)
        {
            return;
        }

        int[] users = [.. Enumerable.Range(0, _visits.Capacity).Where(user => _visits[user].Has(VisitMarks.InUse))];
        Array.Sort(users, (left, right) => _visits.UserId(left).SequenceCompareTo(_visits.UserId(right)));
        foreach (int user in users)
        {
            _texts.Clear();
            OpenVisit visit = Open(user);
            while (visit.Count > 0)
            {
                Settle(user, visit, long.MaxValue);
                EndCause cause = visit.FirstEnd;
                CloseFirst(user, visit, cause.TimeMs <= endTimeMs ? cause.Rule : RuleSet.NoRule);
            }

            Forget(user, visit);
        }

        LeastFloorMs = Math.Max(LeastFloorMs, endTimeMs + 1);
        AdvanceTo(endTimeMs + 1);
        BeginReplayHere();
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

    /// <summary>Gives the memory of the visits back. Numbers may still be read.</summary>
    public void Dispose() => _visits.Dispose();

    private bool IsGood(EventBatch batch, int row, long arrivalMs, out BadEventReason reason)
    {
        reason = batch.Reason(row);
        if (reason == BadEventReason.None && _plan.IsLive && arrivalMs != long.MaxValue
            && batch.TimestampMs(row) - arrivalMs > _plan.MaxFutureSkewMs)
        {
            reason = BadEventReason.FutureTimestamp;
        }

        return reason == BadEventReason.None;
    }

    /// <summary>Asks for the memory of rows' users, step by step: the slot says which record, the record says which block.</summary>
    private void Fetch(EventBatch batch, int start, Span<ulong> hashes)
    {
        Span<int> users = stackalloc int[Ahead];
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = VisitTable.Hash(batch.UserId(start + i));
            _visits.PrefetchSlot(hashes[i]);
        }

        for (int i = 0; i < hashes.Length; i++)
        {
            users[i] = _visits.PrefetchRecord(hashes[i]);
        }

        for (int i = 0; i < hashes.Length; i++)
        {
            if (users[i] != VisitTable.None)
            {
                ref readonly VisitRecord visit = ref _visits[users[i]];
                if (visit.BlockBytes - visit.Used >= RoomOfAnEvent)
                {
                    _visits.Blocks.PrefetchEnds(visit.Block, visit.Used);
                }
                else
                {
                    // It will have to grow, and all of it is copied.
                    _visits.Blocks.Prefetch(visit.Block, visit.Used);
                }
            }
        }
    }
}
