namespace Sessionize.Rules;

/// <summary>Limits the length of a session. Pass 2; nothing but a deadline.</summary>
/// <remarks>
/// <para><see cref="MaxDurationAlignment.Anchored"/>: the k-th cell of a visit holds the events with
/// <c>floor((t - visitStart) / maximum) = k</c>; the deadline is the end of the cell of the session's last event. Empty cells make no
/// session. <see cref="MaxDurationAlignment.Restarting"/>: the deadline is the session's start plus the maximum.</para>
/// <para>Immutable, and safe for use by several threads.</para>
/// </remarks>
public sealed class MaxDurationRule : SessionBoundaryRule
{
    /// <summary>Creates the rule.</summary>
    /// <param name="maximum">Every session is shorter than this; above zero, at most 36,500 days, whole milliseconds.</param>
    /// <param name="alignment">From where the maximum is counted.</param>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is out of range.</exception>
    public MaxDurationRule(TimeSpan maximum, MaxDurationAlignment alignment = MaxDurationAlignment.Anchored)
        : base("max-duration", RulePass.Session)
    {
        RuleLimits.ThrowIfOutOfRange(maximum);
        Maximum = maximum;
        Alignment = alignment;
        MaximumMs = (long)maximum.TotalMilliseconds;
    }

    /// <summary>Every session is shorter than this.</summary>
    public TimeSpan Maximum { get; }

    /// <summary>From where the maximum is counted.</summary>
    public MaxDurationAlignment Alignment { get; }

    /// <inheritdoc/>
    public override string Parameters => $"maximum={Maximum:c};alignment={Alignment}";

    internal long MaximumMs { get; }

    /// <inheritdoc/>
    public override long? DeadlineAfter(in BoundaryContext context) =>
        DeadlineAfter(context.Current.TimestampMs, context.VisitStartMs, context.Scope.StartMs);

    internal long DeadlineAfter(long timestampMs, long visitStartMs, long sessionStartMs)
    {
        if (Alignment == MaxDurationAlignment.Restarting)
        {
            return sessionStartMs + MaximumMs;
        }

        long cell = (timestampMs - visitStartMs) / MaximumMs;
        return visitStartMs + ((cell + 1) * MaximumMs);
    }
}
