using System.Globalization;
using System.Text;
using Sessionize.Engine;
using Sessionize.Rules;

namespace Sessionize.Testing;

/// <summary>The reference: literally two passes, written from the semantics and not from the engine; slow, and plain to see right.</summary>
/// <remarks>Pass 1 cuts a user's ordered events into visits, pass 2 cuts each visit into sessions. Immutable inputs; safe for use by several threads.</remarks>
public static class SessionOracle
{
    /// <summary>Sessionizes bounded events.</summary>
    /// <param name="events">The events, in the order of their source. All of them are good.</param>
    /// <param name="rules">The rules, in the order of registration.</param>
    /// <param name="ids">How sessions are named.</param>
    /// <param name="buckets">The number of hash buckets.</param>
    /// <param name="endTimeMs">T of semantics section 2; <see langword="null"/>: the highest event time.</param>
    /// <returns>The sessions, by user in the order of the ids' bytes, then by time.</returns>
    public static IReadOnlyList<Session> Sessionize(
        IEnumerable<ClickstreamEvent> events,
        IReadOnlyList<ISessionBoundaryRule> rules,
        SessionIds ids = SessionIds.Ordinal,
        int buckets = 100,
        long? endTimeMs = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(rules);
        ClickstreamEvent[] all = [.. events];
        long end = endTimeMs ?? (all.Length == 0 ? 0 : all.Max(e => e.TimestampMs));
        OracleRules asked = new(rules);
        return
        [
            .. all.GroupBy(e => e.UserId!, StringComparer.Ordinal)
                .OrderBy(user => Encoding.UTF8.GetBytes(user.Key), Bytes)
                .SelectMany(user => OfUser(
                    user.Key,
                    Order(user),
                    asked,
                    ids,
                    buckets,
                    end)),
        ];
    }

    /// <summary>The events of one user by time, then id, then place in the source: the sort is stable.</summary>
    internal static ClickstreamEvent[] Order(IEnumerable<ClickstreamEvent> events) =>
    [
        .. events.OrderBy(e => e.TimestampMs)
            .ThenBy(e => string.IsNullOrEmpty(e.EventId) ? [] : Encoding.UTF8.GetBytes(e.EventId), Bytes),
    ];

    private static Comparer<byte[]> Bytes { get; } = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    private static IEnumerable<Session> OfUser(
        string user, ClickstreamEvent[] events, OracleRules rules, SessionIds ids, int buckets, long end)
    {
        List<List<ClickstreamEvent>> visits = Cut(events, RulePass.Visit, rules, visitStartMs: null);
        for (int n = 0; n < visits.Count; n++)
        {
            List<ClickstreamEvent> visit = visits[n];
            long visitStart = visit[0].TimestampMs;
            int sameStart = visits.Take(n).Count(earlier => earlier[0].TimestampMs == visitStart);
            List<List<ClickstreamEvent>> sessions = Cut([.. visit], RulePass.Session, rules, visitStart);
            int lastInVisit = -1;
            for (int s = 0; s < sessions.Count; s++)
            {
                List<ClickstreamEvent> session = sessions[s];
                lastInVisit += session.Count;
                ClickstreamEvent? next = s + 1 < sessions.Count ? sessions[s + 1][0] : n + 1 < visits.Count ? visits[n + 1][0] : null;
                long k = IndexOf(sessions, s, visitStart, rules.Anchored);
                string visitName = ids == SessionIds.Ordinal
                    ? (n + 1).ToString(CultureInfo.InvariantCulture)
                    : visitStart.ToString(CultureInfo.InvariantCulture) + (sameStart > 0 ? $".{sameStart}" : "");
                string[] pages = [.. session.Where(e => !string.IsNullOrEmpty(e.PageName)).Select(e => e.PageName!)];
                yield return new Session
                {
                    UserId = user,
                    SessionId = $"{user}_session_{visitName}_{k}",
                    StartMs = session[0].TimestampMs,
                    EndMs = session[^1].TimestampMs,
                    EventCount = session.Count,
                    PagesVisited = [.. pages.Distinct(StringComparer.Ordinal)],
                    EntryPage = pages.FirstOrDefault(),
                    ExitPage = pages.LastOrDefault(),
                    PageViewCount = pages.Length,
                    EndReason = ReasonOf(session, visit, lastInVisit, next, nextIsInVisit: s + 1 < sessions.Count, rules, end),
                    VisitStartMs = visitStart,
                    SessionIndex = (int)Math.Min(k, int.MaxValue),
                    UserHashBucket = OracleHash.Bucket(user, buckets),
                };
            }
        }
    }

    /// <summary>One pass: cuts events into the scopes of its rules.</summary>
    private static List<List<ClickstreamEvent>> Cut(ClickstreamEvent[] events, RulePass pass, OracleRules rules, long? visitStartMs)
    {
        List<List<ClickstreamEvent>> scopes = [];
        ClickstreamEvent? previous = null;
        ClickstreamEvent? beforePrevious = null;
        foreach (ClickstreamEvent e in events)
        {
            if (previous is null)
            {
                scopes.Add([e]);
            }
            else
            {
                List<ClickstreamEvent> scope = scopes[^1];
                ScopeFacts facts = new(scope[0].TimestampMs, scope.Count);
                bool isDue = rules.Of(pass).Any(rule =>
                    rules.EndsWith(rule, previous, beforePrevious, facts)
                    || rules.Deadline(rule, previous, beforePrevious, facts, visitStartMs) <= e.TimestampMs);
                if (isDue || rules.Of(pass).Any(rule => rules.StartsNew(rule, e, previous, facts)))
                {
                    scopes.Add([e]);
                }
                else
                {
                    scope.Add(e);
                }
            }

            // Of pass 1 the first event of a visit has no predecessor; pass 2 is only shown events of one visit.
            beforePrevious = pass == RulePass.Visit && scopes[^1].Count == 1 ? null : previous;
            previous = e;
        }

        return scopes;
    }

    private static long IndexOf(List<List<ClickstreamEvent>> sessions, int s, long visitStart, MaxDurationRule? anchored)
    {
        if (anchored is null)
        {
            return s;
        }

        long maximum = (long)anchored.Maximum.TotalMilliseconds;
        long CellOf(ClickstreamEvent e) => (e.TimestampMs - visitStart) / maximum;
        int cutsInsideCells = Enumerable.Range(1, s).Count(cut => CellOf(sessions[cut - 1][^1]) == CellOf(sessions[cut][0]));
        return CellOf(sessions[s][0]) + cutsInsideCells;
    }

    /// <summary>The earliest of all reasons; of equal times ends-with, then deadlines, then starts-new; then the rules' order.</summary>
    private static string ReasonOf(
        List<ClickstreamEvent> session, List<ClickstreamEvent> visit, int lastInVisit, ClickstreamEvent? next, bool nextIsInVisit, OracleRules rules, long end)
    {
        ClickstreamEvent last = visit[lastInVisit];
        ClickstreamEvent? previous = lastInVisit > 0 ? visit[lastInVisit - 1] : null;
        ScopeFacts visitFacts = new(visit[0].TimestampMs, lastInVisit + 1);
        ScopeFacts sessionFacts = new(session[0].TimestampMs, session.Count);
        List<(long Time, int Kind, int Rank, string Reason)> reasons = [];
        IReadOnlyList<ISessionBoundaryRule> ranked = rules.Ranked;
        for (int rank = 0; rank < ranked.Count; rank++)
        {
            ISessionBoundaryRule rule = ranked[rank];
            ScopeFacts facts = rule.Pass == RulePass.Visit ? visitFacts : sessionFacts;
            if (rules.EndsWith(rule, last, previous, facts))
            {
                reasons.Add((last.TimestampMs, 0, rank, OracleRules.ReasonOf(rule)));
            }

            if (rules.Deadline(rule, last, previous, facts, visit[0].TimestampMs) is { } deadline)
            {
                reasons.Add((deadline, 1, rank, OracleRules.ReasonOf(rule)));
            }
        }

        if (next is not null)
        {
            AddStartsNew(RulePass.Visit, visitFacts);
            if (nextIsInVisit)
            {
                AddStartsNew(RulePass.Session, sessionFacts);
            }
        }

        return reasons.Count > 0 && reasons.Min() is var earliest && earliest.Time <= end ? earliest.Reason : EndReasons.EndOfInput;

        // Nobody is asked where a deadline of the pass is due or the predecessor ended with one of its rules.
        void AddStartsNew(RulePass pass, ScopeFacts facts)
        {
            bool isDue = rules.Of(pass).Any(rule =>
                rules.EndsWith(rule, last, previous, facts) || rules.Deadline(rule, last, previous, facts, visit[0].TimestampMs) <= next.TimestampMs);
            for (int rank = 0; !isDue && rank < ranked.Count; rank++)
            {
                if (ranked[rank].Pass == pass && rules.StartsNew(ranked[rank], next, last, facts))
                {
                    reasons.Add((next.TimestampMs, 2, rank, OracleRules.ReasonOf(ranked[rank])));
                }
            }
        }
    }
}
