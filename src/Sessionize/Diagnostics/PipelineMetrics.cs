using System.Diagnostics.Metrics;
using Sessionize.Engine;

namespace Sessionize.Diagnostics;

/// <summary>The instruments of one pipeline. Counters and gauges are read from the engine's plain fields when somebody asks for them.</summary>
/// <remarks>
/// Safe for use by several threads: the listener's thread observes while the pipeline's writes. A meter of a factory outlives the pipeline, so
/// its instruments fall silent instead of going away.
/// </remarks>
internal sealed class PipelineMetrics : IDisposable
{
    public const string CommittedOutcome = "committed";
    public const string RefusedOutcome = "refused";
    public const string FailedOutcome = "failed";

    private static readonly double[] s_sessionSeconds = [1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
    private static readonly long[] s_sessionEvents = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000];
    private static readonly double[] s_commitSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60];

    private readonly KeyValuePair<string, object?> _pipeline;
    private readonly Meter? _own;
    private readonly Histogram<double> _sessionDuration;
    private readonly Histogram<long> _sessionEvents;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<double> _closeLatency;
    private volatile PipelineReadings? _readings;

    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="factory">The container's meters; <see langword="null"/>: a meter of the pipeline's own.</param>
    public PipelineMetrics(string pipeline, IMeterFactory? factory)
    {
        _pipeline = new KeyValuePair<string, object?>(PipelineReadings.PipelineTag, pipeline);
        MeterOptions options = new(SessionizationPipeline.MeterName) { Version = typeof(PipelineMetrics).Assembly.GetName().Version?.ToString(3) };
        Meter meter = factory is null ? _own = new Meter(options) : factory.Create(options);

        meter.CreateObservableCounter(
            "sessionize.events.received", () => Read(r => r.EventsReceived()), "{event}", "Records that were read as events, late and bad ones included.");
        meter.CreateObservableCounter("sessionize.events.late", () => Read(r => r.LateEvents()), "{event}", "Events that came too late for their session.");
        meter.CreateObservableCounter("sessionize.events.bad", () => Read(r => r.BadEvents()), "{event}", "Records that are no event.");
        meter.CreateObservableCounter("sessionize.sessions.closed", () => Read(r => r.ClosedSessions()), "{session}", "Sessions that closed, before their commit.");
        meter.CreateObservableUpDownCounter("sessionize.sessions.open", () => Read(r => r.OpenSessions()), "{session}", "Users with an open session.");
        meter.CreateObservableGauge("sessionize.watermark.lag", () => Read(r => r.WatermarkLag()), "s", "How far the watermark lies behind the clock.");
        meter.CreateObservableGauge(
            "sessionize.source.lag", () => Read(r => r.SourceLag()), "{record}", "Records between the position and the end of a partition, at the last trigger.");
        meter.CreateObservableGauge(
            "sessionize.source.lag.time", () => Read(r => r.SourceLagTime()), "s", "The age of the last record that was read of a partition, if it was not the last there is.");
        meter.CreateObservableCounter("sessionize.commit.bytes", () => Read(r => r.CommittedBytes()), "By", "Data files that were committed.");
        meter.CreateObservableCounter("sessionize.commit.rows", () => Read(r => r.CommittedRows()), "{session}", "Sessions that were committed.");
        meter.CreateObservableGauge("sessionize.commit.age", () => Read(r => r.CommitAge()), "s", "The time since the last commit, or since the start.");
        meter.CreateObservableUpDownCounter(
            "sessionize.state.size", () => Read(r => r.StateSize()), "By", "The last full snapshot of a lane's state and the deltas on it, as given to the store.");
        meter.CreateObservableUpDownCounter(
            "sessionize.state.memory", () => Read(r => r.StateMemory()), "By", "The memory of a lane's visits, which lies beside the runtime's heap.");
        meter.CreateObservableCounter(
            "sessionize.backpressure.time", () => Read(r => r.BackPressureTime()), "s", "The time for which the pipeline held its intake back.");
        _sessionDuration = meter.CreateHistogram(
            "sessionize.session.duration", "s", "From the first to the last event of a committed session.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_sessionSeconds });
        _sessionEvents = meter.CreateHistogram(
            "sessionize.session.events", "{event}", "The events of a committed session.", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = s_sessionEvents });
        _commitDuration = meter.CreateHistogram(
            "sessionize.commit.duration", "s", "From the barrier to the answer of the sink.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_commitSeconds });
        _closeLatency = meter.CreateHistogram(
            "sessionize.close.latency", "s", "From the close of a commit's first session until all were committed.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_commitSeconds });
    }

    /// <summary>Lets the instruments read an engine from now on.</summary>
    public void Observe(PipelineReadings readings) => _readings = readings;

    /// <param name="closed">The sessions that were committed.</param>
    /// <param name="waited">For how long the first of them had waited.</param>
    public void Committed(IReadOnlyList<SessionChange> closed, TimeSpan? waited)
    {
        if (closed.Count > 0 && waited is { } latency)
        {
            _closeLatency.Record(latency.TotalSeconds, _pipeline);
        }

        if (!_sessionDuration.Enabled && !_sessionEvents.Enabled)
        {
            return;
        }

        foreach (SessionChange change in closed)
        {
            _sessionDuration.Record(change.Session.DurationSeconds, _pipeline);
            _sessionEvents.Record(change.Session.EventCount, _pipeline);
        }
    }

    public void CommitEnded(TimeSpan duration, string outcome) =>
        _commitDuration.Record(duration.TotalSeconds, _pipeline, new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose()
    {
        _readings = null;
        _own?.Dispose();
    }

    private IEnumerable<Measurement<T>> Read<T>(Func<PipelineReadings, IEnumerable<Measurement<T>>> read)
        where T : struct => _readings is { } readings ? read(readings) : [];
}
