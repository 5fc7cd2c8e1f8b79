namespace Sessionize.Engine;

/// <summary>Sums the time that was spent waiting, with the wait that is under way. Safe for use by any thread.</summary>
internal sealed class WaitTime(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private TimeSpan _ended;
    private long? _begunAt;

    public TimeSpan Total
    {
        get
        {
            lock (_lock)
            {
                return _begunAt is { } begunAt ? _ended + clock.GetElapsedTime(begunAt) : _ended;
            }
        }
    }

    public bool IsWaiting
    {
        get
        {
            lock (_lock)
            {
                return _begunAt is not null;
            }
        }
    }

    /// <summary>Begins a wait, unless one is under way.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _begunAt ??= clock.GetTimestamp();
        }
    }

    /// <summary>Ends the wait, if one is under way.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_begunAt is { } begunAt)
            {
                _ended += clock.GetElapsedTime(begunAt);
                _begunAt = null;
            }
        }
    }
}
