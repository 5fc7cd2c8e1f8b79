using System.Diagnostics;
using System.Globalization;
using Sessionize;
using Sessionize.Iceberg;
using Sessionize.State;

namespace TableWriter;

/// <summary>Commits without rows to a table that keeps many snapshots and a pipeline of many lanes, and opens it.</summary>
internal static class CommitJob
{
    private const string Pipeline = "clicks";
    private const string TableName = "jobs.history";

    /// <summary>Makes the history by commits of the pipeline, one lane each after the first; then prints lines of a name and milliseconds of each time.</summary>
    public static async Task RunAsync(string warehouse, int snapshots, int lanes, int rounds)
    {
        IcebergTableOptions options = new() { Warehouse = warehouse, Name = TableName };
        LaneId[] all = [.. Enumerable.Range(0, lanes).Select(lane => new LaneId(lane))];
        IcebergSessionSink sink = new(options);
        await using (sink.ConfigureAwait(false))
        {
            await sink.OpenAsync(new SinkOpening(Pipeline, all, new InMemorySessionStateStore()), default).ConfigureAwait(false);
            StateVersion?[] versions = new StateVersion?[lanes];
            await CommitAsync(sink, versions, all).ConfigureAwait(false);
            for (int number = 1; number < snapshots; number++)
            {
                await CommitAsync(sink, versions, [all[number % lanes]]).ConfigureAwait(false);
            }

            await PrintAsync("one lane's commit", rounds, round => CommitAsync(sink, versions, [all[round % lanes]])).ConfigureAwait(false);
            await PrintAsync("all lanes' commit", rounds, _ => CommitAsync(sink, versions, all)).ConfigureAwait(false);
        }

        await PrintAsync("a batch run's commit", rounds, async round =>
        {
            IcebergSessionSink batch = new(new IcebergTableOptions { Warehouse = warehouse, Name = TableName, RunId = $"run-{round}" });
            await using (batch.ConfigureAwait(false))
            {
                await batch.OpenAsync(new SinkOpening("batch", [], new InMemorySessionStateStore()), default).ConfigureAwait(false);
                long start = Stopwatch.GetTimestamp();
                await batch.CommitAsync(new SinkCommit("batch", Guid.NewGuid(), []), default).ConfigureAwait(false);
                return Stopwatch.GetElapsedTime(start);
            }
        }).ConfigureAwait(false);
        await PrintAsync("opening for a pipeline of all lanes", rounds, async _ =>
        {
            long start = Stopwatch.GetTimestamp();
            IcebergSessionSink opened = new(options);
            await using (opened.ConfigureAwait(false))
            {
                await opened.OpenAsync(new SinkOpening(Pipeline, all, new InMemorySessionStateStore()), default).ConfigureAwait(false);
                return Stopwatch.GetElapsedTime(start);
            }
        }).ConfigureAwait(false);
        await PrintAsync("opening to read", rounds, async _ =>
        {
            long start = Stopwatch.GetTimestamp();
            IcebergSessionTable table = await IcebergSessionTable.OpenAsync(options).ConfigureAwait(false);
            await using (table.ConfigureAwait(false))
            {
                return Stopwatch.GetElapsedTime(start);
            }
        }).ConfigureAwait(false);
    }

    private static async Task<TimeSpan> CommitAsync(IcebergSessionSink sink, StateVersion?[] versions, LaneId[] lanes)
    {
        LaneCommit[] moved =
        [
            .. lanes.Select(lane => new LaneCommit(
                lane, versions[lane.Number], new StateVersion($"{Guid.NewGuid():N}"),
                [new PartitionPosition(string.Create(CultureInfo.InvariantCulture, $"clicks/{lane.Number}"), versions.Length, 1_000_000, 990_000)], 1_704_067_200_000)),
        ];
        long start = Stopwatch.GetTimestamp();
        SinkCommitOutcome outcome = await sink.CommitAsync(new SinkCommit(Pipeline, Guid.NewGuid(), moved), default).ConfigureAwait(false);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        if (outcome != SinkCommitOutcome.Committed)
        {
            throw new InvalidOperationException($"A commit was {outcome}.");
        }

        foreach (LaneCommit lane in moved)
        {
            versions[lane.Lane.Number] = lane.To;
        }

        return took;
    }

    private static async Task PrintAsync(string name, int rounds, Func<int, Task<TimeSpan>> run)
    {
        List<string> times = [];
        for (int round = 0; round < rounds; round++)
        {
            times.Add((await run(round).ConfigureAwait(false)).TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture));
        }

        Console.WriteLine($"{name}: {string.Join(' ', times)}");
    }
}
