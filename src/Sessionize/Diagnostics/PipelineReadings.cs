using System.Diagnostics.Metrics;
using System.Text;
using Sessionize.Engine;
using Sessionize.Rules;

namespace Sessionize.Diagnostics;

/// <summary>What the observable instruments of a pipeline show. Read by any thread, the numbers are of slightly different moments.</summary>
/// <remarks>Counters go on behind the end of a run; what is a level ends with it, so that nobody is alarmed by a lag that nobody works on.</remarks>
internal sealed class PipelineReadings
{
    public const string PipelineTag = "sessionize.pipeline";
    public const string LaneTag = "sessionize.lane";
    public const string PartitionTag = "messaging.destination.partition.id";

    private static readonly long s_earliestMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    private readonly StreamingEngine _engine;
    private readonly BackPressure _pressure;
    private readonly TimeProvider _clock;
    private readonly Func<bool> _isRunning;
    private readonly KeyValuePair<string, object?> _pipeline;
    private readonly (BadEventReason Reason, string Name)[] _badReasons;
    private readonly (int Rule, string Reason)[] _endReasons;

    /// <param name="plan">The pipeline's name and rules.</param>
    /// <param name="engine">What is read.</param>
    /// <param name="pressure">What held the intake back.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="isRunning">Whether the run goes on.</param>
    public PipelineReadings(PipelinePlan plan, StreamingEngine engine, BackPressure pressure, TimeProvider clock, Func<bool> isRunning)
    {
        _engine = engine;
        _pressure = pressure;
        _clock = clock;
        _isRunning = isRunning;
        _pipeline = Tag(PipelineTag, plan.Name);
        _badReasons = [.. Enum.GetValues<BadEventReason>().Where(reason => reason != BadEventReason.None).Select(reason => (reason, reason.ToString()))];
        _endReasons = [.. Enumerable.Range(RuleSet.NoRule, plan.Rules.Rules.Count + 1).Select(rule => (rule, Encoding.UTF8.GetString(plan.Rules.ReasonOf(rule))))];
    }

    private IEnumerable<OpenLane> RunningLanes => _isRunning() ? _engine.OpenLanes : [];

    public IEnumerable<Measurement<long>> EventsReceived() =>
        _engine.CountsByLane.Select(lane => Measure(lane.Value.Events + lane.Value.Bad, LaneOf(lane.Key)));

    public IEnumerable<Measurement<long>> LateEvents() => _engine.CountsByLane.Select(lane => Measure(lane.Value.Late, LaneOf(lane.Key)));

    /// <summary>Reasons that did not occur are left out: most never do.</summary>
    public IEnumerable<Measurement<long>> BadEvents() =>
        from lane in _engine.CountsByLane
        from reason in _badReasons
        let count = lane.Value.BadOf(reason.Reason)
        where count > 0
        select Measure(count, LaneOf(lane.Key), Tag("reason", reason.Name));

    /// <summary>Rules that gave no reason yet are left out.</summary>
    public IEnumerable<Measurement<long>> ClosedSessions() =>
        from lane in _engine.CountsByLane
        from reason in _endReasons
        let count = lane.Value.ClosedBy(reason.Rule)
        where count > 0
        select Measure(count, LaneOf(lane.Key), Tag("end_reason", reason.Reason));

    public IEnumerable<Measurement<long>> OpenSessions() => RunningLanes.Select(open => Measure((long)open.Lane.OpenVisits, LaneOf(open.Lane.Id)));

    /// <summary>A lane without an event has no watermark, and so no lag.</summary>
    public IEnumerable<Measurement<double>> WatermarkLag()
    {
        long nowMs = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        return
            from open in RunningLanes
            let watermarkMs = open.Lane.Watermark
            where watermarkMs > s_earliestMs
            select Measure((nowMs - (double)watermarkMs) / 1000, LaneOf(open.Lane.Id));
    }

    public IEnumerable<Measurement<long>> SourceLag() =>
        from open in RunningLanes
        from partition in open.Lane.Partitions
        let lag = partition.Lag
        where lag != LanePartition.UnknownLag
        select Measure(lag, LaneOf(open.Lane.Id), Tag(PartitionTag, partition.Source.Name));

    /// <summary>A partition of which nothing was read yet has no lag in time: its records may be of any age.</summary>
    public IEnumerable<Measurement<double>> SourceLagTime()
    {
        long nowMs = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        return
            from open in RunningLanes
            from partition in open.Lane.Partitions
            let lag = partition.Lag
            where lag == 0 || (lag != LanePartition.UnknownLag && partition.ArrivedMs is not null)
            let behindMs = lag == 0 ? 0 : Math.Max(0, nowMs - partition.ArrivedMs!.Value)
            select Measure(behindMs / 1000.0, LaneOf(open.Lane.Id), Tag(PartitionTag, partition.Source.Name));
    }

    /// <summary>Sinks that cannot tell show nothing.</summary>
    public IEnumerable<Measurement<long>> CommittedBytes() => _engine.CommittedBytes is { } bytes ? [Measure(bytes)] : [];

    public IEnumerable<Measurement<long>> CommittedRows() => [Measure(_engine.Commits.Rows)];

    public IEnumerable<Measurement<double>> CommitAge() => _isRunning() ? [Measure(_engine.Commits.Age.TotalSeconds)] : [];

    public IEnumerable<Measurement<long>> StateSize() =>
        RunningLanes.Where(open => open.StateBytes > 0).Select(open => Measure(open.StateBytes, LaneOf(open.Lane.Id)));

    public IEnumerable<Measurement<long>> StateMemory() => RunningLanes.Select(open => Measure(open.Lane.VisitBytes, LaneOf(open.Lane.Id)));

    public IEnumerable<Measurement<double>> BackPressureTime() =>
    [
        Measure(_pressure.Limits.Total.TotalSeconds, Tag("reason", "limit")),
        Measure(_pressure.Readers.Total.TotalSeconds, Tag("reason", "reader")),
    ];

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private static KeyValuePair<string, object?> LaneOf(LaneId lane) => Tag(LaneTag, lane.Number);

    private Measurement<T> Measure<T>(T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct => new(value, [_pipeline, .. tags]);
}
