using BenchmarkDotNet.Attributes;
using Sessionize.Engine;

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
        for (int row = 0; row < _batch.Count; row++)
        {
            lane.Take(_batch, row, lane.Partitions[0]);
        }

        lane.CloseAll(lane.HighestEventMs!.Value);
        return lane.TakeClosed().Count;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int Batch()
    {
        BatchEngine engine = new(_bounded);
        for (int row = 0; row < _batch.Count; row++)
        {
            engine.Take(_batch, row, partition: 0);
        }

        return engine.Cut(engine.HighestEventMs!.Value, _ => "benchmark").Count();
    }
}
