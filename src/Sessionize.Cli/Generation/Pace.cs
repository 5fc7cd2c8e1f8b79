namespace Sessionize.Cli.Generation;

/// <summary>Holds generated time to the clock.</summary>
/// <param name="clock">The clock.</param>
/// <param name="startMs">Where generated time starts; it is now when this is made.</param>
/// <param name="speed">How many times as fast as the clock generated time goes.</param>
internal sealed class Pace(TimeProvider clock, long startMs, double speed)
{
    // Below it waiting costs more than it gives: at high rates events go in small bursts.
    private const double ShortestPauseMs = 5;

    private readonly long _begunAt = clock.GetTimestamp();

    /// <summary>Waits until a generated time has come.</summary>
    public ValueTask WaitForAsync(long timeMs, CancellationToken cancellationToken)
    {
        double ahead = ((timeMs - startMs) / speed) - clock.GetElapsedTime(_begunAt).TotalMilliseconds;
        return ahead < ShortestPauseMs ? default : new(Task.Delay(TimeSpan.FromMilliseconds(ahead), clock, cancellationToken));
    }
}
