using System.Runtime.InteropServices;
using System.Text;
using Sessionize.Engine;

namespace Sessionize;

/// <summary>Finished sessions as columns: UTF-8 bytes and numbers, no object a row.</summary>
/// <remarks>
/// <para>The columns are those of semantics section 5 that are not computed from others. Users, pages and end reasons stand in the batch
/// once, in the order of their first row, and rows refer to them by number; all rows of a user follow one another.</para>
/// <para>Filled by one thread, then read by any number. Spans are valid until the batch is cleared or filled on.</para>
/// </remarks>
public sealed class SessionBatch
{
    /// <summary>The number of no page.</summary>
    public const int NoPage = -1;

    private readonly Texts _users = new();
    private readonly Texts _pages = new();
    private readonly Texts _reasons = new();
    private readonly Texts _ids = new();
    private readonly List<long> _startMs = [];
    private readonly List<long> _endMs = [];
    private readonly List<long> _eventCount = [];
    private readonly List<long> _pageViewCount = [];
    private readonly List<long> _visitStartMs = [];
    private readonly List<int> _user = [];
    private readonly List<int> _userHashBucket = [];
    private readonly List<int> _entryPage = [];
    private readonly List<int> _exitPage = [];
    private readonly List<int> _endReason = [];
    private readonly List<int> _sessionIndex = [];
    private readonly List<int> _revision = [];
    private readonly List<int> _pagesVisited = [];
    private readonly List<int> _pagesVisitedEnd = [];
    private Dictionary<string, int>? _pageNumbers;
    private RecentTexts? _recent;
    private long _pageBytesVisited;

    /// <summary>The number of sessions.</summary>
    public int Count => _startMs.Count;

    /// <summary>The number of users.</summary>
    public int UserCount => _users.Count;

    /// <summary>The number of different pages.</summary>
    public int PageCount => _pages.Count;

    /// <summary>The number of different end reasons.</summary>
    public int EndReasonCount => _reasons.Count;

    /// <summary>For each row the number of its user (<c>uuid</c>); rises from row to row by 0 or 1.</summary>
    public ReadOnlySpan<int> Users => CollectionsMarshal.AsSpan(_user);

    /// <summary>For each row the time of the first event (<c>session_start_time_ms</c>).</summary>
    public ReadOnlySpan<long> StartMs => CollectionsMarshal.AsSpan(_startMs);

    /// <summary>For each row the time of the last event (<c>session_end_time_ms</c>).</summary>
    public ReadOnlySpan<long> EndMs => CollectionsMarshal.AsSpan(_endMs);

    /// <summary>For each row the number of events (<c>event_count</c>).</summary>
    public ReadOnlySpan<long> EventCount => CollectionsMarshal.AsSpan(_eventCount);

    /// <summary>For each row the number of events with a page name (<c>page_view_count</c>).</summary>
    public ReadOnlySpan<long> PageViewCount => CollectionsMarshal.AsSpan(_pageViewCount);

    /// <summary>For each row the time of the visit's first event (<c>visit_start_time_ms</c>).</summary>
    public ReadOnlySpan<long> VisitStartMs => CollectionsMarshal.AsSpan(_visitStartMs);

    /// <summary>For each row the number of its entry page (<c>entry_page</c>), or <see cref="NoPage"/>.</summary>
    public ReadOnlySpan<int> EntryPages => CollectionsMarshal.AsSpan(_entryPage);

    /// <summary>For each row the number of its exit page (<c>exit_page</c>), or <see cref="NoPage"/>.</summary>
    public ReadOnlySpan<int> ExitPages => CollectionsMarshal.AsSpan(_exitPage);

    /// <summary>For each row the number of its end reason (<c>end_reason</c>).</summary>
    public ReadOnlySpan<int> EndReasons => CollectionsMarshal.AsSpan(_endReason);

    /// <summary>For each row the number of the session in its visit (<c>session_index</c>).</summary>
    public ReadOnlySpan<int> SessionIndex => CollectionsMarshal.AsSpan(_sessionIndex);

    /// <summary>For each row the number of the correction that issued it (<c>revision</c>).</summary>
    public ReadOnlySpan<int> Revision => CollectionsMarshal.AsSpan(_revision);

    /// <summary>For each row Spark's hash bucket of its user (<c>user_hash_bucket</c>).</summary>
    public ReadOnlySpan<int> UserHashBucket => CollectionsMarshal.AsSpan(_userHashBucket);

    /// <summary>The page numbers of all rows' pages (<c>pages_visited</c>), row after row.</summary>
    public ReadOnlySpan<int> PagesVisited => CollectionsMarshal.AsSpan(_pagesVisited);

    /// <summary>For each row the index in <see cref="PagesVisited"/> behind its last page; a row's pages begin where those of the row before end.</summary>
    public ReadOnlySpan<int> PagesVisitedEnds => CollectionsMarshal.AsSpan(_pagesVisitedEnd);

    /// <summary>A user's id (<c>uuid</c>).</summary>
    /// <param name="user">The user's number.</param>
    /// <returns>The id's bytes.</returns>
    public ReadOnlySpan<byte> User(int user) => _users[user];

    /// <summary>A page's name.</summary>
    /// <param name="page">The page's number.</param>
    /// <returns>The name's bytes.</returns>
    public ReadOnlySpan<byte> Page(int page) => _pages[page];

    /// <summary>An end reason's name.</summary>
    /// <param name="reason">The reason's number.</param>
    /// <returns>The name's bytes.</returns>
    public ReadOnlySpan<byte> EndReason(int reason) => _reasons[reason];

    /// <summary>A session's id (<c>session_id</c>).</summary>
    /// <param name="row">The row.</param>
    /// <returns>The id's bytes.</returns>
    public ReadOnlySpan<byte> SessionId(int row) => _ids[row];

    /// <summary>Takes a session in; its attributes are left out.</summary>
    /// <param name="session">The session.</param>
    public void Add(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        byte[] user = Encoding.UTF8.GetBytes(session.UserId);
        if (UserCount == 0 || !User(UserCount - 1).SequenceEqual(user))
        {
            AddUser(user);
        }

        foreach (string page in session.PagesVisited)
        {
            AddPageVisited(PageNumber(page));
        }

        AddRow(
            session.StartMs, session.EndMs, session.EventCount, session.PageViewCount, session.VisitStartMs, PageNumber(session.EntryPage),
            PageNumber(session.ExitPage), session.SessionIndex, session.Revision, session.UserHashBucket, Encoding.UTF8.GetBytes(session.EndReason),
            Encoding.UTF8.GetBytes(session.SessionId));
    }

    /// <summary>Makes an object of a row.</summary>
    /// <param name="row">The row.</param>
    /// <returns>The session.</returns>
    public Session ToSession(int row)
    {
        int start = row == 0 ? 0 : _pagesVisitedEnd[row - 1];
        string[] pages = new string[_pagesVisitedEnd[row] - start];
        for (int i = 0; i < pages.Length; i++)
        {
            pages[i] = PageText(_pagesVisited[start + i])!;
        }

        return new Session
        {
            UserId = _users.Text(_user[row]),
            SessionId = _ids.Text(row),
            StartMs = _startMs[row],
            EndMs = _endMs[row],
            EventCount = _eventCount[row],
            PagesVisited = pages,
            EntryPage = PageText(_entryPage[row]),
            ExitPage = PageText(_exitPage[row]),
            PageViewCount = _pageViewCount[row],
            EndReason = Recent.Get(_reasons[_endReason[row]]),
            VisitStartMs = _visitStartMs[row],
            SessionIndex = _sessionIndex[row],
            Revision = _revision[row],
            UserHashBucket = _userHashBucket[row],
        };
    }

    /// <summary>Empties the batch; its memory stays for the next rows.</summary>
    public void Clear()
    {
        foreach (Texts texts in (ReadOnlySpan<Texts>)[_users, _pages, _reasons, _ids])
        {
            texts.Clear();
        }

        foreach (List<long> column in (ReadOnlySpan<List<long>>)[_startMs, _endMs, _eventCount, _pageViewCount, _visitStartMs])
        {
            column.Clear();
        }

        foreach (List<int> column in (ReadOnlySpan<List<int>>)
            [_user, _userHashBucket, _entryPage, _exitPage, _endReason, _sessionIndex, _revision, _pagesVisited, _pagesVisitedEnd])
        {
            column.Clear();
        }

        _pageNumbers?.Clear();
        _pageBytesVisited = 0;
    }

    /// <summary>The bytes of all texts, of pages as often as rows name them: about what the rows have when they are written out.</summary>
    internal long TextBytes => _users.Bytes + _ids.Bytes + _pageBytesVisited;

    /// <summary>Begins the rows of a user.</summary>
    internal void AddUser(ReadOnlySpan<byte> userId) => _users.Add(userId);

    /// <summary>Adds a page that is not in the batch yet.</summary>
    internal int AddPage(ReadOnlySpan<byte> page) => _pages.Add(page);

    /// <summary>Adds a page to the pages visited of the row that <see cref="AddRow"/> adds next.</summary>
    internal void AddPageVisited(int page)
    {
        _pagesVisited.Add(page);
        _pageBytesVisited += _pages.LengthOf(page);
    }

    /// <summary>Adds a row of the user begun last.</summary>
    internal void AddRow(
        long startMs, long endMs, long eventCount, long pageViewCount, long visitStartMs, int entryPage, int exitPage, int sessionIndex, int revision,
        int userHashBucket, ReadOnlySpan<byte> endReason, ReadOnlySpan<byte> sessionId)
    {
        _user.Add(_users.Count - 1);
        _startMs.Add(startMs);
        _endMs.Add(endMs);
        _eventCount.Add(eventCount);
        _pageViewCount.Add(pageViewCount);
        _visitStartMs.Add(visitStartMs);
        _entryPage.Add(entryPage);
        _exitPage.Add(exitPage);
        _sessionIndex.Add(sessionIndex);
        _revision.Add(revision);
        _userHashBucket.Add(userHashBucket);
        _endReason.Add(_reasons.FindOrAdd(endReason));
        _ids.Add(sessionId);
        _pagesVisitedEnd.Add(_pagesVisited.Count);
    }

    private int PageNumber(string? page)
    {
        if (page is null)
        {
            return NoPage;
        }

        _pageNumbers ??= new Dictionary<string, int>(StringComparer.Ordinal);
        if (!_pageNumbers.TryGetValue(page, out int number))
        {
            number = AddPage(Encoding.UTF8.GetBytes(page));
            _pageNumbers.Add(page, number);
        }

        return number;
    }

    private string? PageText(int page) => page == NoPage ? null : Recent.Get(_pages[page]);

    private RecentTexts Recent => _recent ??= new RecentTexts();

    /// <summary>Texts one behind the other.</summary>
    private sealed class Texts
    {
        private readonly List<byte> _bytes = [];
        private readonly List<int> _ends = [];

        public int Count => _ends.Count;

        public long Bytes => _bytes.Count;

        public ReadOnlySpan<byte> this[int index]
        {
            get
            {
                int start = index == 0 ? 0 : _ends[index - 1];
                return CollectionsMarshal.AsSpan(_bytes)[start.._ends[index]];
            }
        }

        public int LengthOf(int index) => index == 0 ? _ends[0] : _ends[index] - _ends[index - 1];

        public string Text(int index) => Encoding.UTF8.GetString(this[index]);

        public int Add(ReadOnlySpan<byte> text)
        {
            _bytes.AddRange(text);
            _ends.Add(_bytes.Count);
            return _ends.Count - 1;
        }

        /// <summary>For texts of which there are a few only.</summary>
        public int FindOrAdd(ReadOnlySpan<byte> text)
        {
            for (int i = 0; i < _ends.Count; i++)
            {
                if (this[i].SequenceEqual(text))
                {
                    return i;
                }
            }

            return Add(text);
        }

        public void Clear()
        {
            _bytes.Clear();
            _ends.Clear();
        }
    }
}
