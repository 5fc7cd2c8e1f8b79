using BenchmarkDotNet.Attributes;
using Sessionize.Engine;
using Sessionize.Engine.Batch;

namespace Sessionize.Benchmarks;

/// <summary>
/// The whole cost of an event that is parsed already, from the batch to the closed session's row: in a streaming lane (insertion,
/// watermark, timers, closing) and in the batch engine (grouping, sorting, one scan).
/// </summary>
[MemoryDiagnoser]
public class LaneBenchmark
{
    private const int Events = 200_000;

    private readonly PipelinePlan _streaming = new(new SessionizationDefinition(), isStreaming: true);
    private readonly PipelinePlan _bounded = new(new SessionizationDefinition(), isStreaming: false);
    private EventBatch _batch = new(EventFields.None);

    [Params(1_000, 20_000)]
    public int Users { get; set; }

    [GlobalSetup]
    public void Prepare() => _batch = Batches.Of(Clickstream.OfManyUsers(Events, Users));

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public int Lane()
    {
        Lane lane = new(new LaneId(0), _streaming, [new SourcePartition("benchmark", new LaneId(0), 0)]);
        lane.Take(_batch, lane.Partitions[0]);
        lane.CloseAll(lane.HighestEventMs!.Value);
        return lane.TakeClosed().Count;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int Batch()
    {
        using BatchEngine engine = new(_bounded, threads: 1, long.MaxValue, tempFolder: "");
        engine.Spreaders[0].Take(_batch, partition: 0);
        engine.Seal();
        using CellCutter cutter = engine.CreateCutter(new RecordEventPlaces(_ => "benchmark"), engine.HighestEventMs!.Value);
        SessionBatch rows = new();
        int sessions = 0;
        foreach (CellGroup group in engine.Groups)
        {
            cutter.Cut(group, rows, batch => sessions += batch.Count);
        }

        return sessions;
    }
}
