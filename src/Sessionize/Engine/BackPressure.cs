namespace Sessionize.Engine;

/// <summary>The time for which a pipeline held its own intake back, by cause.</summary>
internal sealed class BackPressure(TimeProvider clock)
{
    /// <summary>Waiting because of <see cref="SessionizationOptions.MaxEventsPerTrigger"/> or <see cref="SessionizationOptions.MaxEventsPerSecond"/>.</summary>
    public WaitTime Limits { get; } = new(clock);

    /// <summary>Waiting for those who read sessions along.</summary>
    public WaitTime Readers { get; } = new(clock);
}
