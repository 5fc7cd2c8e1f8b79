namespace Sessionize.Engine;

/// <summary>When a visit is to be looked at: a wheel of about a second a bucket, its lists linked through the records.</summary>
/// <remarks>
/// An entry is lazy: an event that moves a due time to later does not touch it; it is moved when its bucket's turn comes. What is due within the
/// second that the watermark is in waits in a queue by the millisecond. What is due beyond the wheel's turn waits in its last bucket.
/// </remarks>
internal sealed class VisitTimers
{
    private const int TickBits = 10;
    private const int Buckets = 2048;
    private const int None = -1;

    private readonly VisitTable _visits;
    private readonly int[] _heads = new int[Buckets];

    // An entry counts while the record names its time; of a visit that was moved since, it is passed over.
    private readonly PriorityQueue<int, long> _soon = new();
    private long _tick = long.MinValue >> TickBits;

    public VisitTimers(VisitTable visits)
    {
        _visits = visits;
        Array.Fill(_heads, None);
    }

    /// <summary>Sees to it that a visit is looked at when it is due, at the latest.</summary>
    public void Set(int user)
    {
        ref VisitRecord visit = ref _visits[user];
        if (visit.DueMs < visit.TimerMs)
        {
            Remove(user);
            Enter(user, ref visit);
        }
    }

    /// <summary>Takes a visit's entry out.</summary>
    public void Remove(int user)
    {
        ref VisitRecord visit = ref _visits[user];
        if (visit.Has(VisitMarks.InWheel))
        {
            if (visit.TimerBefore == None)
            {
                _heads[BucketOf(visit.TimerMs >> TickBits)] = visit.TimerAfter;
            }
            else
            {
                _visits[visit.TimerBefore].TimerAfter = visit.TimerAfter;
            }

            if (visit.TimerAfter != None)
            {
                _visits[visit.TimerAfter].TimerBefore = visit.TimerBefore;
            }

            visit.Marks &= ~VisitMarks.InWheel;
        }

        visit.TimerMs = long.MaxValue;
    }

    /// <summary>Turns the wheel up to a watermark.</summary>
    public void Advance(long watermark)
    {
        long tick = watermark >> TickBits;
        if (tick - _tick >= Buckets)
        {
            _tick = tick;
            for (int bucket = 0; bucket < Buckets; bucket++)
            {
                Empty(bucket);
            }
        }

        while (_tick < tick)
        {
            _tick++;
            Empty(BucketOf(_tick));
        }
    }

    /// <summary>Takes a visit whose time has come by the watermark that the wheel was turned to.</summary>
    /// <returns>Whether there is one. It may be due later by now; then its timer has to be set again.</returns>
    public bool TryTake(long watermark, out int user)
    {
        while (_soon.TryPeek(out user, out long dueMs) && dueMs <= watermark)
        {
            _soon.Dequeue();
            ref VisitRecord visit = ref _visits[user];
            if (visit.TimerMs == dueMs && visit.Has(VisitMarks.InUse) && !visit.Has(VisitMarks.InWheel))
            {
                visit.TimerMs = long.MaxValue;
                return true;
            }
        }

        return false;
    }

    private static int BucketOf(long tick) => (int)(tick & (Buckets - 1));

    private void Empty(int bucket)
    {
        int user = _heads[bucket];
        _heads[bucket] = None;
        while (user != None)
        {
            ref VisitRecord visit = ref _visits[user];
            int after = visit.TimerAfter;
            visit.Marks &= ~VisitMarks.InWheel;
            Enter(user, ref visit);
            user = after;
        }
    }

    private void Enter(int user, ref VisitRecord visit)
    {
        long tick = Math.Min(visit.DueMs >> TickBits, _tick + Buckets - 1);
        if (tick <= _tick)
        {
            visit.TimerMs = visit.DueMs;
            _soon.Enqueue(user, visit.DueMs);
            _visits.Blocks.Prefetch(visit.Block, visit.Used);
            return;
        }

        ref int head = ref _heads[BucketOf(tick)];
        visit.TimerMs = tick << TickBits;
        visit.TimerBefore = None;
        visit.TimerAfter = head;
        visit.Marks |= VisitMarks.InWheel;
        if (head != None)
        {
            _visits[head].TimerBefore = user;
        }

        head = user;
    }
}
