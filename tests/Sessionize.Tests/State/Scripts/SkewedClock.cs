using Sessionize.Testing.Harness;

namespace Sessionize.Tests.State.Scripts;

/// <summary>The clock of a process, which may be days before or behind that of the storage. Pauses take no time.</summary>
internal sealed class SkewedClock(ScriptDisk disk, TimeSpan skew) : TimeProvider
{
    private readonly VirtualClock _pauses = new();

    public override DateTimeOffset GetUtcNow() => disk.Now + skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _pauses.CreateTimer(callback, state, dueTime, period);
}
