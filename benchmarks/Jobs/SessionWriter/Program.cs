// Writes a million sessions that are in memory into a Parquet file, on one thread, several times; prints CPU milliseconds and bytes allocated of each time.
using Sessionize;
using Sessionize.Parquet;
using Sessionize.State;
using SessionWriter;

if (args is not [var path, var rounds])
{
    Console.Error.WriteLine("SessionWriter FILE ROUNDS");
    return 2;
}

List<SessionBatch> batches = MadeUpSessions.Make();
for (int round = 0; round < int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture); round++)
{
    GC.Collect();
    long allocated = GC.GetTotalAllocatedBytes();
    TimeSpan cpu = Environment.CpuUsage.TotalTime;
    await using ParquetSessionSink sink = ParquetSessionSink.ToFile(path, overwrite: true);
    await sink.OpenAsync(new SinkOpening("writer", [], new InMemorySessionStateStore()), default).ConfigureAwait(false);
    foreach (SessionBatch batch in batches)
    {
        await sink.Encode(batch)(default).ConfigureAwait(false);
    }

    await sink.CommitAsync(new SinkCommit("writer", Guid.NewGuid(), []), default).ConfigureAwait(false);
    Console.WriteLine($"{(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:0} {GC.GetTotalAllocatedBytes() - allocated}");
}

return 0;
