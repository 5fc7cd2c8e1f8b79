using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize;
using Sessionize.Engine;
using Sessionize.Sinks;
using Sessionize.State;

namespace LaneLoad;

/// <summary>One lane against two through the engine: the same users and events, on as many cores as there are.</summary>
internal static class SideBySideJob
{
    private const int EventsPerBatch = 1024;
    private const int BatchesAtOnce = 16;
    private const int EventsPerRound = 8_000_000;

    public static async Task RunAsync(int rounds)
    {
        List<(double Cpu, double Wall)> one = [];
        List<(double Cpu, double Wall)> two = [];
        EngineLoad[] loads = [await EngineLoad.OpenAsync(lanes: 1), await EngineLoad.OpenAsync(lanes: 2)];
        for (int round = 0; round <= rounds; round++)
        {
            // In turns, so that a noisy minute hits both.
            foreach ((int index, EngineLoad load) in loads.Index())
            {
                (double Cpu, double Wall) time = load.Run();
                if (round > 0)
                {
                    (index == 0 ? one : two).Add((time.Cpu / EventsPerRound * 1e6, time.Wall / EventsPerRound * 1e6));
                }
            }
        }

        Load.Print("an event, one lane", "ns", one);
        Load.Print("an event, two lanes", "ns", two);
        double[] ratios = [.. one.Zip(two, (left, right) => left.Wall / right.Wall).Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| so many times as fast with two lanes, by wall: least, median, most of {ratios.Length} rounds | {ratios[0]:f2} | {ratios[ratios.Length / 2]:f2} | {ratios[^1]:f2} | |"));
    }

    /// <summary>An engine, its lanes, and their events.</summary>
    private sealed class EngineLoad(StreamingEngine engine, int lanes)
    {
        private readonly Random _random = new(23);
        private readonly EventBatch[] _batches = [.. Enumerable.Range(0, BatchesAtOnce).Select(_ => new EventBatch(EventFields.None))];
        private readonly long[] _positions = new long[lanes];
        private long _events;

        public static async Task<EngineLoad> OpenAsync(int lanes)
        {
            StreamingEngine engine = new(
                new PipelinePlan(new SessionizationDefinition(), isStreaming: true), new InMemorySessionSink(new InMemorySessionTable()), [], new InMemorySessionStateStore(),
                new InMemoryDeadLetterSink(), TimeProvider.System, NullLogger.Instance);
            await engine.OpenAsync([.. Enumerable.Range(0, lanes).Select(lane => new SourcePartition(NameOf(lane), new LaneId(lane), lane))], default);
            return new EngineLoad(engine, lanes);
        }

        public (double Cpu, double Wall) Run()
        {
            (double cpu, double wall) = (0, 0);
            for (int events = 0; events < EventsPerRound; events += EventsPerBatch * BatchesAtOnce)
            {
                // Two events a millisecond, so that a user comes every eight minutes; half of the users are one lane's, if there are two.
                for (int i = 0; i < BatchesAtOnce; i++)
                {
                    int lane = i * lanes / BatchesAtOnce;
                    long first = _events;
                    Load.Fill(
                        _batches[i], NameOf(lane), ref _positions[lane], EventsPerBatch,
                        at => (_random.Next(Load.Users / lanes) + (lane * Load.Users / 2), Load.BaseMs + ((first + (at % EventsPerBatch)) / 2)), withIds: true);
                }

                _events += EventsPerBatch * BatchesAtOnce;
                (double partCpu, double partWall) = Load.Time(() => engine.Take(_batches));
                (cpu, wall) = (cpu + partCpu, wall + partWall);
                foreach (Lane lane in engine.Lanes)
                {
                    lane.TakeClosed();
                    lane.TakeDeadLetters();
                }

                foreach (OpenLane lane in engine.OpenLanes)
                {
                    lane.Shown = 0;
                }
            }

            return (cpu, wall);
        }

        private static string NameOf(int lane) => lane == 0 ? "load" : "load-2";
    }
}
