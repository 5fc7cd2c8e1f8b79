using Sessionize.Rules;

namespace Sessionize;

/// <summary>The settings of a pipeline that are plain values; bound from <c>Sessionization:&lt;name&gt;</c>.</summary>
/// <remarks>Defaults are the field's, and none of them loses data. Nothing reads options after the pipeline was made.</remarks>
public sealed class SessionizationOptions
{
    /// <summary>The longest time without an event within a visit; <see langword="null"/> for no such rule (batch only).</summary>
    /// <value>30 minutes by default.</value>
    public TimeSpan? InactivityTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a gap of exactly the timeout stays in the visit.</summary>
    /// <value><see cref="GapBoundary.Inclusive"/> by default.</value>
    public GapBoundary Boundary { get; set; }

    /// <summary>Every session is shorter than this; <see langword="null"/> for no such rule.</summary>
    /// <value>2 hours by default.</value>
    public TimeSpan? MaxSessionDuration { get; set; } = TimeSpan.FromHours(2);

    /// <summary>From where the maximum duration is counted.</summary>
    /// <value><see cref="MaxDurationAlignment.Anchored"/> by default.</value>
    public MaxDurationAlignment Alignment { get; set; }

    /// <summary>The most events that a session has; <see langword="null"/> for no such rule.</summary>
    /// <value><see langword="null"/> by default.</value>
    public long? MaxSessionEvents { get; set; }

    /// <summary>The pages that end a visit.</summary>
    /// <value>None by default.</value>
    public IList<string> EndOnPages { get; set; } = [];

    /// <summary>The IANA name of the time zone whose midnight cuts; <see langword="null"/> for no such rule.</summary>
    /// <value><see langword="null"/> by default.</value>
    public string? CutAtMidnight { get; set; }

    /// <summary>Whether midnight cuts the visit or the session.</summary>
    /// <value><see cref="RulePass.Visit"/> by default.</value>
    public RulePass MidnightPass { get; set; }

    /// <summary>How sessions are named.</summary>
    /// <value><see langword="null"/> by default: <see cref="SessionIds.Ordinal"/> in batch, <see cref="SessionIds.StartTime"/> in streaming.</value>
    public SessionIds? Ids { get; set; }

    /// <summary>The number of hash buckets of <see cref="Session.UserHashBucket"/>.</summary>
    /// <value>100 by default.</value>
    public int UserHashBuckets { get; set; } = 100;

    /// <summary>How far the watermark stays behind the highest event time.</summary>
    /// <value>10 minutes by default; may be zero.</value>
    public TimeSpan WatermarkDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>What happens to late events.</summary>
    /// <value><see cref="LateEventPolicy.SideOutput"/> by default.</value>
    public LateEventPolicy LateEvents { get; set; }

    /// <summary>What happens when the state of a lane cannot be opened.</summary>
    /// <value><see cref="LaneFailurePolicy.Stop"/> by default.</value>
    public LaneFailurePolicy LaneFailures { get; set; }

    /// <summary>Whether the state of a lane that is missing or damaged is rebuilt, by reading the lane's records again, and gone on with if it proves to be the same.</summary>
    /// <remarks>
    /// The source has to be one that can be read again, and to have the records still. Nothing is written to sinks and dead letters meanwhile. What the commit
    /// recorded of the state has to come out; otherwise it is the error that it would have been, with the reason, and never a fresh start.
    /// </remarks>
    /// <value><see langword="false"/> by default: such a state is an error.</value>
    public bool RebuildState { get; set; }

    /// <summary>How far after its arrival an event's time may lie, in live mode.</summary>
    /// <value>1 hour by default; may be zero.</value>
    public TimeSpan MaxFutureSkew { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a partition's end has to be confirmed until the wall clock moves its watermark, in live mode.</summary>
    /// <value>5 minutes by default.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a commit without closed sessions may wait.</summary>
    /// <value>5 minutes by default.</value>
    public TimeSpan MaxCommitDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>About how many events a trigger takes in at most: then intake stops until the commit. A trigger that ends by itself commits at once and goes on.</summary>
    /// <value><see langword="null"/> by default: no limit.</value>
    public long? MaxEventsPerTrigger { get; set; }

    /// <summary>About how many events a second are taken in at most.</summary>
    /// <value><see langword="null"/> by default: no limit.</value>
    public long? MaxEventsPerSecond { get; set; }

    /// <summary>The longest line, in bytes without the line end.</summary>
    /// <value>1 MiB by default.</value>
    public int MaxLineBytes { get; set; } = 1024 * 1024;

    /// <summary>How event times are written.</summary>
    /// <value><see cref="TimeFormat.Milliseconds"/> by default.</value>
    public TimeFormat TimeFormat { get; set; }

    /// <summary>Where the fields stand in the input.</summary>
    public EventFieldNames Fields { get; set; } = new();

    /// <summary>Where state is kept as files.</summary>
    /// <value>Without a location by default: state is in memory. A store that the code names with <c>KeepStateIn</c> wins.</value>
    public FileStateOptions State { get; set; } = new();

    /// <summary>Every mistake in the settings, as sentences that name setting, value and remedy.</summary>
    /// <param name="isStreaming">Whether the settings are for streaming.</param>
    /// <returns>The mistakes; empty when there are none.</returns>
    public IReadOnlyList<string> FindMistakes(bool isStreaming) => SessionizationOptionsCheck.Find(this, isStreaming);
}
