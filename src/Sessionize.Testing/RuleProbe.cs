namespace Sessionize.Testing;

/// <summary>Puts one rule's three questions to events in the notation of <see cref="Timeline"/>, without an engine.</summary>
/// <remarks>
/// The last event is the one that is asked about, the one before it the predecessor. The rule's scope is all events, or those behind
/// the last <c>|</c>, which separates what the rule cuts: visits for a rule of pass 1, the sessions of one visit for a rule of pass 2. So
/// <c>0 5 | 40 50</c> asks a rule of pass 2 about minute 50 of a session that started at minute 40. In <c>0 5 | 40</c> the last event has the
/// predecessor 5 for a rule of pass 2, and none for a rule of pass 1: the first event of a visit has none.
/// </remarks>
/// <param name="rule">The rule.</param>
public sealed class RuleProbe(ISessionBoundaryRule rule)
{
    private readonly ISessionBoundaryRule _rule = rule ?? throw new ArgumentNullException(nameof(rule));
    private readonly OracleRules _questions = new([rule]);

    /// <summary>Whether the last event starts a new visit or session.</summary>
    /// <param name="events">At least two events, such as <c>0:home 5:login</c>; the last one is not counted in the scope yet.</param>
    /// <returns>The rule's answer.</returns>
    /// <exception cref="FormatException">The text is no timeline, or has too few events.</exception>
    public bool StartsNew(string events)
    {
        Read(events, atLeast: 2, out ClickstreamEvent[] scope);
        return scope.Length > 1
            ? _questions.StartsNew(_rule, scope[^1], scope[^2], new ScopeFacts(scope[0].TimestampMs, scope.Length - 1))
            : throw new FormatException($"'{events}': whether an event starts a new scope is asked before it is in it, so let another event stand behind the '|'.");
    }

    /// <summary>Whether the scope ends with the last event.</summary>
    /// <param name="events">At least one event, such as <c>0:home 10:logout</c>.</param>
    /// <returns>The rule's answer.</returns>
    /// <exception cref="FormatException">The text is no timeline.</exception>
    public bool EndsWith(string events)
    {
        ClickstreamEvent[] all = Read(events, atLeast: 1, out ClickstreamEvent[] scope);
        return _questions.EndsWith(_rule, all[^1], Predecessor(all, scope), FactsOf(scope));
    }

    /// <summary>The first time that no longer belongs to the scope, were the last event its last; as time after minute 0.</summary>
    /// <param name="events">At least one event, such as <c>0:home 10:cart</c>.</param>
    /// <returns>The deadline; <see langword="null"/>: none. One that is not later than the event comes back as 1 ms after it, as it counts.</returns>
    /// <exception cref="FormatException">The text is no timeline.</exception>
    public TimeSpan? DeadlineAfter(string events)
    {
        ClickstreamEvent[] all = Read(events, atLeast: 1, out ClickstreamEvent[] scope);
        long? deadline = _questions.Deadline(_rule, all[^1], Predecessor(all, scope), FactsOf(scope), all[0].TimestampMs);
        return deadline is null ? null : TimeSpan.FromMilliseconds(deadline.Value - Timeline.DefaultOrigin.ToUnixTimeMilliseconds());
    }

    private ClickstreamEvent? Predecessor(ClickstreamEvent[] all, ClickstreamEvent[] scope)
    {
        ClickstreamEvent[] visit = _rule.Pass == RulePass.Visit ? scope : all;
        return visit.ElementAtOrDefault(visit.Length - 2);
    }

    private static ScopeFacts FactsOf(ClickstreamEvent[] scope) => new(scope[0].TimestampMs, scope.Length);

    private static ClickstreamEvent[] Read(string events, int atLeast, out ClickstreamEvent[] scope)
    {
        ArgumentNullException.ThrowIfNull(events);
        IReadOnlyList<IReadOnlyList<ClickstreamEvent>> parts = Timeline.Parse("user: " + events).Sessions;
        ClickstreamEvent[] all = [.. parts.SelectMany(part => part)];
        scope = [.. parts[^1]];
        return all.Length >= atLeast ? all : throw new FormatException($"'{events}': this question needs {atLeast} events, the last one being asked about.");
    }
}
