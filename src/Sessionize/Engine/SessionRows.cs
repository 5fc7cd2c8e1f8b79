using System.Globalization;
using System.Text;

namespace Sessionize.Engine;

/// <summary>Makes rows of finished sessions (semantics sections 4 and 5).</summary>
internal sealed class SessionRows(PipelinePlan plan, TextTable texts)
{
    private readonly HashSet<int> _seen = [];
    private readonly List<string> _pages = [];

    /// <param name="userId">The user.</param>
    /// <param name="state">The state as of the session's last event.</param>
    /// <param name="events">The session's events, in order.</param>
    /// <param name="endReason">Why it ended.</param>
    public Session Make(ReadOnlySpan<byte> userId, in VisitState state, ReadOnlySpan<RetainedEvent> events, string endReason)
    {
        string user = Encoding.UTF8.GetString(userId);
        int entry = TextTable.None;
        int exit = TextTable.None;
        long pageViews = 0;
        foreach (ref readonly RetainedEvent e in events)
        {
            if (e.PageName == TextTable.None)
            {
                continue;
            }

            pageViews++;
            entry = pageViews == 1 ? e.PageName : entry;
            exit = e.PageName;
            if (_seen.Add(e.PageName))
            {
                _pages.Add(TextOf(e.PageName)!);
            }
        }

        Session session = new()
        {
            UserId = user,
            SessionId = IdOf(user, state),
            StartMs = events[0].TimestampMs,
            EndMs = events[^1].TimestampMs,
            EventCount = events.Length,
            PagesVisited = _pages.Count == 0 ? [] : _pages.ToArray(),
            EntryPage = TextOf(entry),
            ExitPage = TextOf(exit),
            PageViewCount = pageViews,
            EndReason = endReason,
            VisitStartMs = state.VisitStartMs,
            SessionIndex = (int)Math.Min(state.SessionIndex, int.MaxValue),
            UserHashBucket = SparkHash.Bucket(userId, plan.UserHashBuckets),
        };
        _seen.Clear();
        _pages.Clear();
        return session;
    }

    private string IdOf(string user, in VisitState state) => plan.Ids switch
    {
        SessionIds.Ordinal => string.Create(CultureInfo.InvariantCulture, $"{user}_session_{state.VisitNumber}_{state.SessionIndex}"),
        _ when state.SameStart > 0 => string.Create(
            CultureInfo.InvariantCulture, $"{user}_session_{state.VisitStartMs}.{state.SameStart}_{state.SessionIndex}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{user}_session_{state.VisitStartMs}_{state.SessionIndex}"),
    };

    private string? TextOf(int id) => id == TextTable.None ? null : Encoding.UTF8.GetString(texts[id]);
}
