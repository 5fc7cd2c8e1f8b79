using Sessionize.Engine;

namespace Sessionize.Testing.Harness;

/// <summary>One process of the harness: an engine with lanes of its own.</summary>
internal sealed class SimulatedProcess(StreamingEngine engine, CrashPoint crash)
{
    public StreamingEngine Engine { get; } = engine;

    public CrashPoint Crash { get; } = crash;

    /// <summary>The lanes that the process owns; a zombie's engine has more.</summary>
    public HashSet<int> Owned { get; } = [];

    public ReadPositions Positions { get; } = new();

    public Lane LaneOf(int lane) => Engine.Lanes.First(found => found.Id.Number == lane);
}
