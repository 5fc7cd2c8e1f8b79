namespace Sessionize.Engine;

/// <summary>Bounds how many events are taken in: for each trigger, and for each second. Safe for use by two threads, of which one waits.</summary>
internal sealed class IntakeLimits(long? perTrigger, long? perSecond, TimeProvider clock)
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(100);

    private long _inTrigger;
    private long _freeAt = clock.GetTimestamp();

    /// <summary>Whether the trigger has all the events that it may have.</summary>
    public bool IsTriggerFull => Interlocked.Read(ref _inTrigger) >= perTrigger;

    public void BeginTrigger() => Interlocked.Exchange(ref _inTrigger, 0);

    /// <summary>Counts events that were taken. Batches are taken whole, so a limit is exceeded by less than one.</summary>
    public void Add(int events)
    {
        Interlocked.Add(ref _inTrigger, events);
        if (perSecond is { } rate)
        {
            long now = clock.GetTimestamp();
            _freeAt = Math.Max(_freeAt, now) + (long)((double)events * clock.TimestampFrequency / rate);
        }
    }

    /// <summary>How long to wait, at most, before it is asked again; <see langword="null"/>: events may be taken.</summary>
    public TimeSpan? Pause()
    {
        if (IsTriggerFull)
        {
            return s_step;
        }

        TimeSpan wait = perSecond is null ? TimeSpan.Zero : clock.GetElapsedTime(clock.GetTimestamp(), _freeAt);
        return wait <= TimeSpan.Zero ? null : wait < s_step ? wait : s_step;
    }
}
