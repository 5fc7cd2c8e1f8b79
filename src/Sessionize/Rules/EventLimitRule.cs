using System.Globalization;

namespace Sessionize.Rules;

/// <summary>Limits the number of events of a session: the next one starts a new session. Pass 2; off unless asked for.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
public sealed class EventLimitRule : SessionBoundaryRule
{
    /// <summary>Creates the rule.</summary>
    /// <param name="limit">The most events that a session has; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    public EventLimitRule(long limit)
        : base("event-limit", RulePass.Session)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        Limit = limit;
    }

    /// <summary>The most events that a session has.</summary>
    public long Limit { get; }

    /// <inheritdoc/>
    public override string Parameters => string.Create(CultureInfo.InvariantCulture, $"limit={Limit}");

    /// <inheritdoc/>
    public override bool StartsNew(in BoundaryContext context) => context.Scope.EventCount >= Limit;
}
