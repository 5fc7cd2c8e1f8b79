using System.Collections.Concurrent;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>A clock on which short waits are over at once, and are noted; waits of more than two minutes never end.</summary>
/// <remarks>So retries take no time, and time limits do not pass.</remarks>
internal sealed class ImmediateClock : TimeProvider
{
    private static readonly TimeSpan s_never = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<TimeSpan> _waits = new();
    private long _ticks = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    /// <summary>The waits that were over at once.</summary>
    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    /// <summary>Moves the clock on.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan || dueTime > s_never)
        {
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _waits.Enqueue(dueTime);
        Advance(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
