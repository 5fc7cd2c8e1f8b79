namespace Sessionize.Rules;

/// <summary>Ends a visit or session at midnight in a time zone.</summary>
/// <remarks>
/// <para>The deadline is the first instant after the event at which the date in the zone is later than the event's. So a midnight
/// that daylight saving time skips is the first instant of the new date, and of a midnight that comes twice the first one counts.</para>
/// <para>Immutable, and safe for use by several threads. The dates come from the time zone data of the machine.</para>
/// </remarks>
public sealed class MidnightRule : SessionBoundaryRule
{
    private readonly TimeZoneInfo _zone;

    /// <summary>Creates the rule.</summary>
    /// <param name="zoneId">The IANA name of the time zone: <c>Europe/Berlin</c>, <c>UTC</c>.</param>
    /// <param name="pass">Whether midnight ends the visit (default) or the session.</param>
    /// <exception cref="TimeZoneNotFoundException">The machine does not know the zone.</exception>
    public MidnightRule(string zoneId, RulePass pass = RulePass.Visit)
        : base("midnight", pass)
    {
        ArgumentException.ThrowIfNullOrEmpty(zoneId);
        _zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        ZoneId = zoneId;
    }

    /// <summary>The IANA name of the time zone.</summary>
    public string ZoneId { get; }

    /// <inheritdoc/>
    public override string Parameters => $"zone={ZoneId}";

    /// <inheritdoc/>
    public override long? DeadlineAfter(in BoundaryContext context) => FirstInstantOfNextDate(context.Current.TimestampMs);

    private long FirstInstantOfNextDate(long timestampMs)
    {
        DateTime date = LocalTime(timestampMs).Date;
        long from = timestampMs;
        while (true)
        {
            // While the offset stays, the date changes at the next local midnight. Where a change of the offset comes first, or at that
            // very instant, the date behind the change decides, and the search goes on from there.
            DateTime local = LocalTime(from);
            long midnight = from + (long)(date.AddDays(1) - local).TotalMilliseconds;
            long change = FirstChangeOfOffset(from, midnight);
            if (LocalTime(change).Date > date)
            {
                return change;
            }

            from = change;
        }
    }

    /// <summary>The first instant after <paramref name="from"/> with another offset, or <paramref name="to"/> when there is none before it.</summary>
    private long FirstChangeOfOffset(long from, long to)
    {
        TimeSpan offset = OffsetAt(from);
        for (long low = from; low < to; low += StepMs)
        {
            long high = Math.Min(low + StepMs, to);
            if (OffsetAt(high) == offset)
            {
                continue;
            }

            while (high - low > 1)
            {
                long middle = low + ((high - low) / 2);
                (low, high) = OffsetAt(middle) == offset ? (middle, high) : (low, middle);
            }

            return high;
        }

        return to;
    }

    // No zone ever changed its offset twice within this time.
    private const long StepMs = 3 * 60 * 60 * 1000;

    private DateTime LocalTime(long timestampMs) => DateTime.UnixEpoch.AddMilliseconds(timestampMs) + OffsetAt(timestampMs);

    private TimeSpan OffsetAt(long timestampMs) => _zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(timestampMs));
}
