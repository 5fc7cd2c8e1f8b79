namespace Sessionize.Rules;

/// <summary>Ends a visit after a time without events. Pass 1; its deadline is the last event plus the timeout.</summary>
/// <remarks>
/// With a timeout of 30 minutes, events at the minutes below, and <see cref="GapBoundary.Inclusive"/>:
/// <code>
/// events   0    10    40    75          a gap of exactly 30 minutes (10 to 40) stays, one of 35 (40 to 75) cuts
/// visits   [0 .. 10 .. 40]   [75]
/// then arrives 60:
/// visits   [0 .. 10 .. 40 .. 60 .. 75]  both gaps are now below the timeout: the two visits are one
/// </code>
/// Immutable, and safe for use by several threads.
/// </remarks>
public sealed class InactivityRule : SessionBoundaryRule
{
    /// <summary>Creates the rule.</summary>
    /// <param name="timeout">The longest time without an event; above zero, at most 36,500 days, whole milliseconds.</param>
    /// <param name="boundary">Whether a gap of exactly the timeout stays in the visit.</param>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is out of range.</exception>
    public InactivityRule(TimeSpan timeout, GapBoundary boundary = GapBoundary.Inclusive)
        : base("inactivity", RulePass.Visit)
    {
        RuleLimits.ThrowIfOutOfRange(timeout);
        Timeout = timeout;
        Boundary = boundary;
        DeadlineMs = (long)timeout.TotalMilliseconds + (boundary == GapBoundary.Inclusive ? 1 : 0);
    }

    /// <summary>The longest time without an event.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Whether a gap of exactly the timeout stays in the visit.</summary>
    public GapBoundary Boundary { get; }

    /// <summary>How long after an event the visit no longer goes on.</summary>
    internal long DeadlineMs { get; }

    /// <inheritdoc/>
    public override string Parameters => $"timeout={Timeout:c};boundary={Boundary}";

    /// <inheritdoc/>
    public override long? DeadlineAfter(in BoundaryContext context) => DeadlineAfter(context.Current.TimestampMs);

    internal long DeadlineAfter(long timestampMs) => timestampMs + DeadlineMs;
}
