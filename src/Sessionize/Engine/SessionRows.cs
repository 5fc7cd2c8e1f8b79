using System.Buffers.Text;

namespace Sessionize.Engine;

/// <summary>Makes rows of finished sessions (semantics sections 4 and 5).</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SessionRows(PipelinePlan plan, IEventTexts texts)
{
    private const int MostSuffixBytes = 64;

    // The number that a page has in the batch, by the page's id; and under which stamps it was seen in a batch and in a session.
    private PageSeen[] _pages = [];
    private long _batchStamp;
    private long _sessionStamp;

    private SessionBatch _batch = new();
    private byte[] _id = new byte[256];
    private int _idPrefix;
    private int _userHashBucket;

    /// <summary>Begins to fill a batch, which has to be empty.</summary>
    public void Begin(SessionBatch batch)
    {
        _batch = batch;
        _batchStamp++;
    }

    /// <summary>Begins the rows of a user.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="sparkHash">Spark's hash of the id.</param>
    public void BeginUser(ReadOnlySpan<byte> userId, int sparkHash)
    {
        _batch.AddUser(userId);
        _userHashBucket = SparkHash.Bucket(sparkHash, plan.UserHashBuckets);
        ReadOnlySpan<byte> infix = "_session_"u8;
        _idPrefix = userId.Length + infix.Length;
        if (_id.Length < _idPrefix + MostSuffixBytes)
        {
            _id = new byte[_idPrefix + MostSuffixBytes];
        }

        userId.CopyTo(_id);
        infix.CopyTo(_id.AsSpan(userId.Length));
    }

    /// <summary>Adds a row of the user.</summary>
    /// <param name="state">The state as of the session's last event.</param>
    /// <param name="events">The session's events, in order.</param>
    /// <param name="endReason">Why it ended.</param>
    public void Add(in VisitState state, ReadOnlySpan<RetainedEvent> events, ReadOnlySpan<byte> endReason)
    {
        int entry = SessionBatch.NoPage;
        int exit = SessionBatch.NoPage;
        long pageViews = 0;
        _sessionStamp++;
        foreach (ref readonly RetainedEvent e in events)
        {
            if (e.PageName == TextTable.None)
            {
                continue;
            }

            ref PageSeen page = ref Page(e);
            if (page.InSession != _sessionStamp)
            {
                page.InSession = _sessionStamp;
                _batch.AddPageVisited(page.Number);
            }

            exit = page.Number;
            entry = pageViews++ == 0 ? exit : entry;
        }

        _batch.AddRow(
            events[0].TimestampMs, events[^1].TimestampMs, events.Length, pageViews, state.VisitStartMs, entry, exit,
            (int)Math.Min(state.SessionIndex, int.MaxValue), revision: 0, _userHashBucket, endReason, IdOf(state));
    }

    /// <summary>One session as an object.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="state">The state as of the session's last event.</param>
    /// <param name="events">The session's events, in order.</param>
    /// <param name="endReason">Why it ended.</param>
    public Session Make(ReadOnlySpan<byte> userId, in VisitState state, ReadOnlySpan<RetainedEvent> events, ReadOnlySpan<byte> endReason)
    {
        _batch.Clear();
        Begin(_batch);
        BeginUser(userId, SparkHash.Of(userId));
        Add(state, events, endReason);
        return _batch.ToSession(0);
    }

    private ref PageSeen Page(in RetainedEvent e)
    {
        if (e.PageName >= _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(e.PageName + 1, _pages.Length * 2));
        }

        ref PageSeen page = ref _pages[e.PageName];
        if (page.InBatch != _batchStamp)
        {
            page.InBatch = _batchStamp;
            page.Number = _batch.AddPage(texts.PageNameOf(e).Bytes);
        }

        return ref page;
    }

    private ReadOnlySpan<byte> IdOf(in VisitState state)
    {
        int used = _idPrefix;
        if (plan.Ids == SessionIds.Ordinal)
        {
            Append(state.VisitNumber, ref used);
        }
        else
        {
            Append(state.VisitStartMs, ref used);
            if (state.SameStart > 0)
            {
                _id[used++] = (byte)'.';
                Append(state.SameStart, ref used);
            }
        }

        _id[used++] = (byte)'_';
        Append(state.SessionIndex, ref used);
        return _id.AsSpan(0, used);
    }

    private void Append(long number, ref int used)
    {
        Utf8Formatter.TryFormat(number, _id.AsSpan(used), out int written);
        used += written;
    }

    private struct PageSeen
    {
        public long InBatch;
        public long InSession;
        public int Number;
    }
}
