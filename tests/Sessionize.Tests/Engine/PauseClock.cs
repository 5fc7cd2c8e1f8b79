using Microsoft.Extensions.Time.Testing;

namespace Sessionize.Tests.Engine;

/// <summary>A clock that moves when it is told to, and remembers which pauses were asked for.</summary>
internal sealed class PauseClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _pauses = [];

    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_lock)
            {
                return [.. _pauses];
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _pauses.Add(dueTime);
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }
}
