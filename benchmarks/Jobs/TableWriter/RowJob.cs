using System.Diagnostics;
using Sessionize;
using Sessionize.Iceberg;
using Sessionize.Parquet;
using Sessionize.State;
using SessionWriter;

namespace TableWriter;

/// <summary>A million sessions of one day into a table, with its commit; as many threads encode as there are cores, as in the tool.</summary>
internal static class RowJob
{
    /// <summary>Writes the sessions into a plain Parquet file, for another program to copy.</summary>
    public static async Task WriteParquetAsync(string file)
    {
        await using ParquetSessionSink sink = ParquetSessionSink.ToFile(file, overwrite: true);
        await WriteAsync(sink, MadeUpSessions.Make(isOneDay: true), threads: 1).ConfigureAwait(false);
    }

    /// <summary>Writes them into a new table, several times. Prints of each time: wall milliseconds, CPU milliseconds, bytes allocated, files, their bytes.</summary>
    public static async Task RunAsync(string warehouse, string partitionBy, string sortBy, int rounds)
    {
        List<SessionBatch> batches = MadeUpSessions.Make(isOneDay: true);
        for (int round = 0; round < rounds; round++)
        {
            GC.Collect();
            IcebergTableOptions options = new() { Warehouse = warehouse, Name = $"jobs.sessions{round}", PartitionBy = partitionBy, SortBy = sortBy };
            long allocated = GC.GetTotalAllocatedBytes();
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            IcebergSessionSink sink = new(options);
            await using (sink.ConfigureAwait(false))
            {
                await WriteAsync(sink, batches, Environment.ProcessorCount).ConfigureAwait(false);
            }

            TimeSpan wall = Stopwatch.GetElapsedTime(start);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            IReadOnlyList<FileInfo> files = [.. new DirectoryInfo(Path.Combine(warehouse, "jobs", $"sessions{round}", "data")).EnumerateFiles("*.parquet", SearchOption.AllDirectories)];
            Console.WriteLine($"{wall.TotalMilliseconds:0.0} {cpu.TotalMilliseconds:0.0} {allocated} {files.Count} {files.Sum(file => file.Length)}");
        }

        // Only now: ext4 looks long for places of new files where others were just deleted.
        Directory.Delete(Path.Combine(warehouse, "jobs"), recursive: true);
    }

    private static async Task WriteAsync(ISessionBatchSink sink, List<SessionBatch> batches, int threads)
    {
        await sink.OpenAsync(new SinkOpening("writer", [], new InMemorySessionStateStore()), default).ConfigureAwait(false);
        Queue<Task<Func<CancellationToken, ValueTask>>> encoding = [];
        foreach (SessionBatch batch in batches)
        {
            encoding.Enqueue(Task.Run(() => sink.Encode(batch)));
            if (encoding.Count == threads)
            {
                await AppendFirstAsync().ConfigureAwait(false);
            }
        }

        while (encoding.Count > 0)
        {
            await AppendFirstAsync().ConfigureAwait(false);
        }

        await sink.CommitAsync(new SinkCommit("writer", Guid.NewGuid(), []), default).ConfigureAwait(false);

        async ValueTask AppendFirstAsync()
        {
            Func<CancellationToken, ValueTask> append = await encoding.Dequeue().ConfigureAwait(false);
            await append(default).ConfigureAwait(false);
        }
    }
}
