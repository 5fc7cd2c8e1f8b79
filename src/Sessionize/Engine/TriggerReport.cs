namespace Sessionize.Engine;

/// <summary>Measures triggers. Not thread-safe.</summary>
internal sealed class TriggerReport(StreamingEngine engine, IEventSource source, TimeProvider clock)
{
    private static readonly long s_earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    private LaneCounts _before = new();
    private long _endedAt = clock.GetTimestamp();
    private long _begunAt;
    private bool _hasCommitted;

    public void BeginTrigger()
    {
        _begunAt = clock.GetTimestamp();
        _hasCommitted = false;
    }

    public void HasCommitted() => _hasCommitted = true;

    public TriggerProgress EndTrigger()
    {
        long now = clock.GetTimestamp();
        LaneCounts total = engine.Total();
        long events = total.Events - _before.Events;
        Lane[] lanes = [.. engine.Lanes];
        TriggerProgress progress = new()
        {
            Time = clock.GetUtcNow(),
            InputRows = events,
            InputRowsPerSecond = events / Math.Max(clock.GetElapsedTime(_endedAt, now).TotalSeconds, 1e-3),
            ProcessingTime = clock.GetElapsedTime(_begunAt, now),
            ClosedSessions = total.Closed - _before.Closed,
            LateEvents = total.Late - _before.Late,
            BadEvents = total.Bad - _before.Bad,
            OpenUsers = lanes.Sum(lane => (long)lane.Users),
            Partitions = lanes.Sum(lane => lane.Partitions.Count),
            Lag = engine.LagBehind(source.EndOf),
            Watermark = lanes.Length > 0 && lanes.Min(lane => lane.Watermark) is var watermark && watermark > s_earliest
                ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(watermark, EndClosing.LastEndTimeMs))
                : null,
            HasCommitted = _hasCommitted,
        };
        _before = total;
        _endedAt = now;
        return progress;
    }
}
