using Sessionize.Rules;
using Sessionize.Testing;

namespace Sessionize.Tests.Engine;

/// <summary>The two passes of semantics section 2, one after the other over all events of a user, and what ends each session.</summary>
internal sealed class LiteralPasses(OracleRules rules)
{
    public List<LiteralSession> Sessions(ClickstreamEvent[] ordered)
    {
        List<List<ClickstreamEvent>> visits = Visits(ordered);
        List<(List<ClickstreamEvent> Visit, List<ClickstreamEvent> Events)> cut =
            [.. visits.SelectMany(visit => Cut([.. visit], RulePass.Session, visit[0].TimestampMs).Select(session => (visit, session)))];
        return
        [
            .. cut.Select((session, i) =>
            {
                ClickstreamEvent? next = i + 1 < cut.Count ? cut[i + 1].Events[0] : null;
                bool isInVisit = next is not null && ReferenceEquals(cut[i + 1].Visit, session.Visit);
                return new LiteralSession(session.Visit, session.Events, next, Causes(session.Visit, session.Events, next, isInVisit).Min());
            }),
        ];
    }

    public List<List<ClickstreamEvent>> Visits(ClickstreamEvent[] ordered) => Cut(ordered, RulePass.Visit, visitStartMs: null);

    /// <summary>The earliest pass-1 deadline of a visit, as of its last event.</summary>
    public long? VisitDeadline(List<ClickstreamEvent> visit) =>
        rules.Of(RulePass.Visit).Min(rule => rules.Deadline(rule, visit[^1], visit.Count > 1 ? visit[^2] : null, Facts(visit), visit[0].TimestampMs));

    private static ScopeFacts Facts(List<ClickstreamEvent> scope) => new(scope[0].TimestampMs, scope.Count);

    private List<List<ClickstreamEvent>> Cut(ClickstreamEvent[] events, RulePass pass, long? visitStartMs)
    {
        List<List<ClickstreamEvent>> scopes = [];
        for (int i = 0; i < events.Length; i++)
        {
            if (i > 0 && !IsBoundary(scopes[^1], i))
            {
                scopes[^1].Add(events[i]);
            }
            else
            {
                scopes.Add([events[i]]);
            }
        }

        return scopes;

        bool IsBoundary(List<ClickstreamEvent> scope, int i)
        {
            // Pass 2 sees one visit only, whose first event alone has no predecessor; in pass 1 every visit begins without one.
            bool hasPredecessor = pass == RulePass.Visit ? scope.Count > 1 : i > 1;
            return IsDue(pass, scope, events[i - 1], hasPredecessor ? events[i - 2] : null, events[i].TimestampMs, visitStartMs)
                || rules.Of(pass).Any(rule => rules.StartsNew(rule, events[i], events[i - 1], Facts(scope)));
        }
    }

    private bool IsDue(RulePass pass, List<ClickstreamEvent> scope, ClickstreamEvent last, ClickstreamEvent? previous, long timeMs, long? visitStartMs) =>
        rules.Of(pass).Any(rule => rules.EndsWith(rule, last, previous, Facts(scope))
            || rules.Deadline(rule, last, previous, Facts(scope), visitStartMs) <= timeMs);

    /// <summary>All that could be the reason; the earliest is it.</summary>
    private IEnumerable<(long TimeMs, LiteralCauseKind Kind, int Rank, string Reason)> Causes(
        List<ClickstreamEvent> visit, List<ClickstreamEvent> session, ClickstreamEvent? next, bool isNextInVisit)
    {
        ClickstreamEvent last = session[^1];
        List<ClickstreamEvent> soFar = [.. visit.TakeWhile(e => !ReferenceEquals(e, last)), last];
        ClickstreamEvent? previous = soFar.Count > 1 ? soFar[^2] : null;
        yield return (long.MaxValue, LiteralCauseKind.Open, 0, EndReasons.EndOfInput);
        for (int rank = 0; rank < rules.Ranked.Count; rank++)
        {
            ISessionBoundaryRule rule = rules.Ranked[rank];
            List<ClickstreamEvent> scope = rule.Pass == RulePass.Visit ? soFar : session;
            string reason = OracleRules.ReasonOf(rule);
            if (rules.EndsWith(rule, last, previous, Facts(scope)))
            {
                yield return (last.TimestampMs, LiteralCauseKind.EndsWith, rank, reason);
            }

            if (rules.Deadline(rule, last, previous, Facts(scope), visit[0].TimestampMs) is { } deadline)
            {
                yield return (deadline, LiteralCauseKind.Deadline, rank, reason);
            }

            // An event in the same visit is asked about by pass 2, the first of another visit by pass 1; and by nobody where its pass was due.
            if (next is not null && isNextInVisit == (rule.Pass == RulePass.Session)
                && !IsDue(rule.Pass, scope, last, previous, next.TimestampMs, visit[0].TimestampMs)
                && rules.StartsNew(rule, next, last, Facts(scope)))
            {
                yield return (next.TimestampMs, LiteralCauseKind.StartsNew, rank, reason);
            }
        }
    }
}
