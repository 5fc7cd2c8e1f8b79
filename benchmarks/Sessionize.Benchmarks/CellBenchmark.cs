using BenchmarkDotNet.Attributes;
using Sessionize.Engine;
using Sessionize.Engine.Batch;

namespace Sessionize.Benchmarks;

/// <summary>What batch pays for an event between parser and writer, on one thread: finding its user and page in the tables and putting it into a cell; then cutting cells into rows.</summary>
[MemoryDiagnoser]
public class CellBenchmark
{
    private const int Events = 1_000_000;
    private const int BatchEvents = 1024;

    private readonly PipelinePlan _plan = new(new SessionizationDefinition(), isStreaming: false);
    private readonly SessionBatch _rows = new();
    private EventBatch[] _batches = [];
    private BatchEngine _spread = null!;

    /// <summary>How many users the events are of: their records fit a cache, or do not.</summary>
    [Params(1_000, 100_000)]
    public int Users { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _batches = [.. Clickstream.OfManyUsers(Events, Users).Chunk(BatchEvents).Select(chunk => Batches.Of(chunk))];
        _spread = Spread();
    }

    [GlobalCleanup]
    public void Cleanup() => _spread.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public int SpreadOverCells()
    {
        using BatchEngine engine = Spread();
        return engine.Groups.Count;
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int CutCells()
    {
        using CellCutter cutter = _spread.CreateCutter(new RecordEventPlaces(_ => "benchmark"), _spread.HighestEventMs!.Value);
        int sessions = 0;
        foreach (CellGroup group in _spread.Groups)
        {
            cutter.Cut(group, _rows, batch => sessions += batch.Count);
        }

        return sessions;
    }

    private BatchEngine Spread()
    {
        BatchEngine engine = new(_plan, threads: 1, long.MaxValue, tempFolder: "");
        foreach (EventBatch batch in _batches)
        {
            engine.Spreaders[0].Take(batch, partition: 0);
        }

        engine.Seal();
        return engine;
    }
}
