namespace Sessionize.Engine;

/// <summary>Measures triggers. Not thread-safe.</summary>
internal sealed class TriggerReport(StreamingEngine engine, IEventSource source, TimeProvider clock)
{
    private static readonly long s_earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    private LaneCounts _before = new();
    private LaneCounts _total = new();
    private long _beforeAt = clock.GetTimestamp();
    private long _begunAt;
    private bool _hasCommitted;

    /// <summary>A trigger has the events that were taken by now; what is taken while it commits is the next one's.</summary>
    public void BeginTrigger()
    {
        _total = engine.Total();
        _begunAt = clock.GetTimestamp();
        _hasCommitted = false;
    }

    public void HasCommitted() => _hasCommitted = true;

    public TriggerProgress EndTrigger()
    {
        long events = _total.Events - _before.Events;
        Lane[] lanes = [.. engine.Lanes];
        TriggerProgress progress = new()
        {
            Time = clock.GetUtcNow(),
            InputRows = events,
            InputRowsPerSecond = events / Math.Max(clock.GetElapsedTime(_beforeAt, _begunAt).TotalSeconds, 1e-3),
            ProcessingTime = clock.GetElapsedTime(_begunAt),
            ClosedSessions = _total.Closed - _before.Closed,
            LateEvents = _total.Late - _before.Late,
            BadEvents = _total.Bad - _before.Bad,
            OpenUsers = lanes.Sum(lane => (long)lane.Users),
            Partitions = lanes.Sum(lane => lane.Partitions.Count),
            Lag = engine.LagBehind(source.EndOf),
            Watermark = lanes.Length > 0 && lanes.Min(lane => lane.Watermark) is var watermark && watermark > s_earliest
                ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(watermark, EndClosing.LastEndTimeMs))
                : null,
            HasCommitted = _hasCommitted,
        };
        _before = _total;
        _beforeAt = _begunAt;
        return progress;
    }
}
