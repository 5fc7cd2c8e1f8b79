namespace Sessionize.Testing.Harness;

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private DateTimeOffset _now = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
