using Sessionize.Testing;

namespace Sessionize.Tests.Engine;

/// <summary>Semantics section 6 for one lane, word by word. It keeps every event that it took and cuts them anew for each record.</summary>
internal sealed class LatenessModel(SessionizationDefinition definition)
{
    private readonly LiteralPasses _passes = new(new OracleRules(definition.ResolveRules()));
    private readonly long _timeout = (long)definition.Options.InactivityTimeout!.Value.TotalMilliseconds;
    private readonly long _delay = (long)definition.Options.WatermarkDelay.TotalMilliseconds;
    private readonly Dictionary<string, List<ClickstreamEvent>> _taken = [];
    private readonly Dictionary<string, int> _closed = [];

    /// <summary>The floors of the users that are remembered: just before an event, just after it, or at a time.</summary>
    private readonly Dictionary<string, (long TimeMs, ClickstreamEvent? Event)> _floors = [];

    private long? _watermark;

    /// <summary>Takes a record.</summary>
    /// <param name="e">The event.</param>
    /// <param name="closed">What closed by it.</param>
    /// <returns>Whether it is late.</returns>
    public bool Take(ClickstreamEvent e, out List<LiteralSession> closed)
    {
        closed = [];
        string user = e.UserId!;
        _taken.TryAdd(user, []);
        _closed.TryAdd(user, 0);
        ForgetIfDue(user);
        bool isLate = IsLate(user, e);
        if (!isLate)
        {
            _floors[user] = FloorOf(user);
            _taken[user].Add(e);
            CloseDue(user, closed);
        }

        // Arrival is not known here, so it is t alone.
        _watermark = Math.Max(_watermark ?? long.MinValue, e.TimestampMs - _delay);
        foreach (string any in _taken.Keys)
        {
            CloseDue(any, closed);
        }

        return isLate;
    }

    private void CloseDue(string user, List<LiteralSession> closed)
    {
        foreach (LiteralSession session in Cut(user).Skip(_closed[user]).TakeWhile(IsDue))
        {
            closed.Add(session);
            _closed[user]++;
            _floors[user] = session.Cause.Kind switch
            {
                LiteralCauseKind.EndsWith => (session.Cause.TimeMs, session.Events[^1]),
                LiteralCauseKind.StartsNew => (session.Cause.TimeMs, session.Next),
                _ => (session.Cause.TimeMs, null),
            };
        }
    }

    private bool IsDue(LiteralSession session) => session.Cause.Kind == LiteralCauseKind.Deadline
        ? session.Cause.TimeMs <= _watermark
        : session.Cause.TimeMs < _watermark;

    private bool IsLate(string user, ClickstreamEvent e)
    {
        if (_watermark is not { } watermark || e.TimestampMs >= watermark)
        {
            return false;
        }

        ClickstreamEvent[] ordered = SessionOracle.Order([.. _taken[user], e]);
        if (IsBeforeFloor(e, FloorOf(user), ordered))
        {
            return true;
        }

        List<ClickstreamEvent> visit = _passes.Visits(ordered).Single(visit => visit.Contains(e, ReferenceEqualityComparer.Instance));
        return visit.Count == 1 && _passes.VisitDeadline(visit) <= watermark;
    }

    private (long TimeMs, ClickstreamEvent? Event) FloorOf(string user) =>
        _floors.TryGetValue(user, out (long, ClickstreamEvent?) floor) ? floor : (_watermark - _timeout ?? long.MinValue, null);

    private static bool IsBeforeFloor(ClickstreamEvent e, (long TimeMs, ClickstreamEvent? Event) floor, ClickstreamEvent[] ordered) =>
        floor.Event is null
            ? e.TimestampMs < floor.TimeMs
            : Array.FindIndex(ordered, other => ReferenceEquals(other, e)) < Array.FindIndex(ordered, other => ReferenceEquals(other, floor.Event));

    private void ForgetIfDue(string user)
    {
        List<LiteralSession> sessions = Cut(user);
        if (_floors.TryGetValue(user, out (long TimeMs, ClickstreamEvent?) floor) && sessions.Count == _closed[user])
        {
            long last = Math.Max(floor.TimeMs, _passes.VisitDeadline(sessions[^1].Visit) ?? long.MinValue);
            if (_watermark >= last + _timeout + 1)
            {
                _floors.Remove(user);
            }
        }
    }

    private List<LiteralSession> Cut(string user) => _passes.Sessions(SessionOracle.Order(_taken[user]));
}
