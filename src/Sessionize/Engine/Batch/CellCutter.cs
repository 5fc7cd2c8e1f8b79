namespace Sessionize.Engine.Batch;

/// <summary>Cuts cells: brings the events of all threads together by user, puts them in order, asks the kernel, makes rows.</summary>
/// <remarks>Not thread-safe; a thread has its own.</remarks>
internal sealed unsafe class CellCutter : IEventTexts, IDisposable
{
    // A batch is handed on long before it, or what is made of it, could outgrow what an array holds.
    private const int MostRows = 128 * 1024;
    private const int MostTextBytes = 64 * 1024 * 1024;

    // In the order of their ids, users lie all over the memory.
    private const int UsersAhead = 4;

    private readonly PipelinePlan _plan;
    private readonly IReadOnlyList<Spreader> _spreaders;
    private readonly PageNames _pages;
    private readonly IEventPlaces _places;
    private readonly long _endTimeMs;
    private readonly CellUsers _users;
    private readonly UserOrder _order;
    private readonly SessionRows _rows;

    private readonly Arena _spilled = new();
    private readonly List<CellPart> _parts = [];
    private readonly List<nint> _wide = [];
    private RetainedEvent[] _events = [];
    private int[] _ends = [];

    public CellCutter(PipelinePlan plan, IReadOnlyList<Spreader> spreaders, PageNames pages, IEventPlaces places, long endTimeMs)
    {
        (_plan, _spreaders, _pages, _places, _endTimeMs) = (plan, spreaders, pages, places, endTimeMs);
        _users = new CellUsers(spreaders);
        _order = new UserOrder(this, places, plan.Rules.ReadEventIds);
        _rows = new SessionRows(plan, this);
    }

    /// <summary>The users that were cut so far.</summary>
    public long Users { get; private set; }

    /// <summary>Cuts a group of cells.</summary>
    /// <param name="group">The cells.</param>
    /// <param name="rows">Takes the rows; cleared first.</param>
    /// <param name="hand">Is called with the filled batch, once or more often; the batch is cleared afterwards.</param>
    public void Cut(CellGroup group, SessionBatch rows, Action<SessionBatch> hand)
    {
        Begin(rows);
        int step = group.CutAsOne ? group.Count : 1;
        for (int first = group.First; first < group.First + group.Count; first += step)
        {
            CutCells(first, step, rows, hand);
        }

        if (rows.Count > 0)
        {
            hand(rows);
        }
    }

    public void Dispose() => _spilled.Dispose();

    public Utf8Text PageNameOf(scoped in RetainedEvent e) => e.PageName == TextTable.None ? default : new Utf8Text(_pages[e.PageName]);

    public Utf8Text EventIdOf(scoped in RetainedEvent e)
    {
        ReadOnlySpan<byte> id = e.EventId == TextTable.None ? default : WideEvent.EventIdOf((WideEvent*)_wide[e.EventId]);
        return id.IsEmpty ? default : new Utf8Text(id);
    }

    public ReadOnlySpan<byte> FieldsOf(scoped in RetainedEvent e) =>
        e.Fields == TextTable.None ? default : WideEvent.FieldsOf((WideEvent*)_wide[e.Fields]);

    private void Begin(SessionBatch rows)
    {
        rows.Clear();
        _rows.Begin(rows);
    }

    private void CutCells(int first, int count, SessionBatch rows, Action<SessionBatch> hand)
    {
        _users.Fill(first, count);
        Gather(first, count);
        int start = 0;
        for (int user = 0; user < _users.Count; user++)
        {
            _users.Prefetch(user + UsersAhead);
            Span<RetainedEvent> events = _events.AsSpan(start.._ends[user]);
            start = _ends[user];
            _order.Sort(events);
            CutUser(_users.IdOf(user), _users.SparkHashOf(user), events, rows, hand);
        }

        Users += _users.Count;
    }

    private void CutUser(ReadOnlySpan<byte> userId, int sparkHash, ReadOnlySpan<RetainedEvent> events, SessionBatch rows, Action<SessionBatch> hand)
    {
        VisitState state = default;
        _rows.BeginUser(userId, sparkHash);
        while (!events.IsEmpty)
        {
            if (rows.Count == MostRows || rows.TextBytes > MostTextBytes)
            {
                hand(rows);
                Begin(rows);
                _rows.BeginUser(userId, sparkHash);
            }

            int length;
            EndCause cause;
            try
            {
                length = _plan.Kernel.TakeSession(ref state, events, this, out cause);
            }
            catch (RuleFailure failure)
            {
                throw failure.At(_places.Describe(failure.Event.Partition, failure.Event.Position), userId);
            }

            _rows.Add(state, events[..length], _plan.Rules.ReasonOf(cause.TimeMs <= _endTimeMs ? cause.Rule : Rules.RuleSet.NoRule));
            events = events[length..];
        }
    }

    /// <summary>Brings the cells' events together: those of a user side by side, users in their order.</summary>
    private void Gather(int first, int count)
    {
        int total = Collect(first, count);
        if (_events.Length < total)
        {
            _events = GC.AllocateUninitializedArray<RetainedEvent>((int)Math.Max(total, Math.Min(_events.Length * 2L, Array.MaxLength)));
        }

        if (_ends.Length < _users.Count)
        {
            _ends = new int[Math.Max(_users.Count, _ends.Length * 2)];
        }

        // First how many events each user has, then where they begin; putting the events there moves each beginning to the end.
        Span<int> ends = _ends.AsSpan(0, _users.Count);
        ends.Clear();
        foreach (CellPart part in _parts)
        {
            CountUsers(part);
        }

        int start = 0;
        foreach (ref int end in ends)
        {
            (start, end) = (start + end, start);
        }

        foreach (CellPart part in _parts)
        {
            Place(part);
        }
    }

    /// <summary>Finds the cells' events in memory and file.</summary>
    /// <returns>Their number.</returns>
    private int Collect(int first, int count)
    {
        _wide.Clear();
        _parts.Clear();
        _spilled.Reset();
        long total = 0;
        int firstRank = 0;
        for (int cell = first; cell < first + count; cell++)
        {
            for (int thread = 0; thread < _spreaders.Count; thread++)
            {
                EventCells cells = _spreaders[thread].Cells;
                total += cells.CountOf(cell);
                cells.Collect(cell, _spilled, (start, end, isWide) => _parts.Add(new CellPart((nint)start, (nint)end, isWide, thread, firstRank)));
                firstRank += _spreaders[thread].UsersOf(cell).Count;
            }
        }

        return total <= Array.MaxLength
            ? (int)total
            : throw new SessionizeException(
                $"{total} events of users that are cut together are more than {Array.MaxLength}: split the input, for example by user, and run once for each part.");
    }

    private void CountUsers(CellPart part)
    {
        ReadOnlySpan<int> ranks = _users.Ranks[part.FirstRank..];
        if (part.IsWide)
        {
            for (byte* at = (byte*)part.Start; at < (byte*)part.End; at += ((WideEvent*)at)->Bytes)
            {
                _ends[ranks[((WideEvent*)at)->User]]++;
            }

            return;
        }

        for (NarrowEvent* e = (NarrowEvent*)part.Start; e < (NarrowEvent*)part.End; e++)
        {
            _ends[ranks[e->User]]++;
        }
    }

    private void Place(CellPart part)
    {
        ReadOnlySpan<int> ranks = _users.Ranks[part.FirstRank..];
        int[]? pages = _pages.NumbersOf(part.Thread);
        if (part.IsWide)
        {
            for (byte* at = (byte*)part.Start; at < (byte*)part.End; at += ((WideEvent*)at)->Bytes)
            {
                PlaceWide((WideEvent*)at, ranks, pages);
            }

            return;
        }

        for (NarrowEvent* e = (NarrowEvent*)part.Start; e < (NarrowEvent*)part.End; e++)
        {
            (int partition, long position) = _places.Locate(e->Position);
            _events[_ends[ranks[e->User]]++] = new RetainedEvent
            {
                TimestampMs = e->TimestampMs,
                Partition = partition,
                Position = position,
                EventId = UserOrder.UnreadId,
                PageName = Shared(e->Page, pages),
                Fields = TextTable.None,
            };
        }
    }

    private void PlaceWide(WideEvent* e, ReadOnlySpan<int> ranks, int[]? pages)
    {
        _events[_ends[ranks[e->User]]++] = new RetainedEvent
        {
            TimestampMs = e->TimestampMs,
            Partition = e->Partition,
            Position = e->Position,
            EventId = e->EventIdLength == 0 ? TextTable.None : _wide.Count,
            PageName = Shared(e->Page, pages),
            Fields = e->FieldsLength == 0 ? TextTable.None : _wide.Count,
        };
        if (e->EventIdLength + e->FieldsLength > 0)
        {
            _wide.Add((nint)e);
        }
    }

    private static int Shared(int page, int[]? pages) => page == TextTable.None || pages is null ? page : pages[page];

    /// <summary>Events of one cell and one thread that lie side by side.</summary>
    /// <param name="Start">The first one.</param>
    /// <param name="End">Behind the last one.</param>
    /// <param name="IsWide">Whether they are wide ones.</param>
    /// <param name="Thread">The thread that read them.</param>
    /// <param name="FirstRank">Where the ranks of the thread's users of the cell begin.</param>
    private readonly record struct CellPart(nint Start, nint End, bool IsWide, int Thread, int FirstRank);
}
