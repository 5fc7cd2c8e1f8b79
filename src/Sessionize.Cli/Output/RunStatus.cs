using System.Globalization;

namespace Sessionize.Cli.Output;

/// <summary>How a pipeline stands at one moment, and how that is said.</summary>
/// <param name="Now">The moment.</param>
/// <param name="Interval">How often the pipeline commits.</param>
/// <param name="Counts">What it did so far.</param>
/// <param name="Health">How it is, and how far its lanes are.</param>
/// <param name="Last">Its last trigger; <see langword="null"/>: there was none yet.</param>
/// <param name="LastCommit">When it committed last; <see langword="null"/>: not yet.</param>
/// <param name="Rate">How many events it took in a second, of late.</param>
/// <param name="SinceClosed">For how long no session has closed.</param>
internal sealed record RunStatus(
    DateTimeOffset Now, TimeSpan Interval, SessionizationCounts Counts, SessionizationHealth Health, TriggerProgress? Last, DateTimeOffset? LastCommit, double Rate, TimeSpan SinceClosed)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longCommit = TimeSpan.FromSeconds(10);

    /// <summary>The line of a trigger, for logs.</summary>
    public static string LineOf(TriggerProgress trigger) => string.Create(
        CultureInfo.InvariantCulture,
        $"{trigger.Time:yyyy-MM-ddTHH:mm:ssZ} inputRows={trigger.InputRows} inputRowsPerSecond={trigger.InputRowsPerSecond:F1} processingTime={trigger.ProcessingTime.TotalMilliseconds:F0}ms "
        + $"lag={(trigger.Lag is { } lag ? lag : "unknown")} watermark={(trigger.Watermark is { } time ? time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : "none")} "
        + $"open={trigger.OpenUsers} closed={trigger.ClosedSessions} late={trigger.LateEvents} bad={trigger.BadEvents} partitions={trigger.Partitions} committed={(trigger.HasCommitted ? "yes" : "no")}");

    /// <summary>The line for a terminal.</summary>
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"{Math.Max(Rate, 0):N0} events/s  lag {(Last?.Lag is { } lag ? lag.ToString("N0", CultureInfo.InvariantCulture) : "?")}  "
        + $"watermark {(Watermark is { } time ? time.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "none")}  open {Counts.OpenUsers:N0}  closed {Counts.ClosedSessions:N0}  "
        + $"late {Counts.LateEvents:N0}  bad {Counts.BadEvents.Values.Sum():N0}  commit {(LastCommit is { } commit ? $"{Seconds(Now - commit)} ago" : "none yet")}"
        + $"{(WaitsFor is { } reason ? $"  ({reason})" : "")}");

    /// <summary>Why nothing comes out; <see langword="null"/> while something does.</summary>
    public string? WaitsFor => Last switch
    {
        null when Health.Findings is [var finding, ..] => InWords(finding),
        null => $"the first commit comes {Seconds(Interval)} after the start",
        { Time: var last } when Now - last > Interval + s_longCommit => $"waits for the commit, which has taken {Seconds(Now - last - Interval)}",
        _ when Health.Lanes.Count == 0 => "waits for partitions: other members of the group have all of them, or are about to give some",
        _ when SinceClosed < s_quiet => null,
        _ when Health.Findings is [var finding, ..] => InWords(finding),
        { Lag: > 0 and var lag } when Rate < 1 => string.Create(CultureInfo.InvariantCulture, $"reads nothing, although {lag:N0} records are there: the brokers may be away"),
        _ when Watermark is null && Counts.Events == 0 => "waits for events",
        _ when Watermark is null => "waits for an event on every partition; one without any holds the others up for 5 minutes",
        _ when Counts.OpenUsers == 0 => "waits for events: no visit is open",
        _ when Rate < 1 => "waits for later events: a session closes when the watermark has passed its last event by the timeout",
        _ => "no session is due: the watermark has passed none's last event by the timeout",
    };

    /// <summary>The lowest of the lanes, as it is now and not only at the last trigger.</summary>
    private DateTimeOffset? Watermark => Health.Lanes.Count > 0 && Health.Lanes.All(lane => lane.Watermark is not null) ? Health.Lanes.Min(lane => lane.Watermark) : null;

    /// <summary>A sentence, as it stands within another one.</summary>
    private static string InWords(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.');

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(time.TotalSeconds, 0):0.#} s");
}
