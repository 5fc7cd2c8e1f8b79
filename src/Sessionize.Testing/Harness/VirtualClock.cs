namespace Sessionize.Testing.Harness;

/// <summary>A clock that moves when it is told to. Pauses within a call take no time: nothing sleeps.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private DateTimeOffset _now = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        callback(state);
        return new ElapsedTimer();
    }

    public void Advance(TimeSpan by) => _now += by;

    private sealed class ElapsedTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
