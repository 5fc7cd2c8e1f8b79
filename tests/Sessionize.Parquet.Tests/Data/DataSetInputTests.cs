using Sessionize.Parquet.Events;
using Sessionize.Parquet.Tests.Events;
using Sessionize.Parquet.Tests.Support;
using Sessionize.Sinks;
using Sessionize.Tests.Data;
using Xunit;

namespace Sessionize.Parquet.Tests.Data;

/// <summary>Real clickstreams from Parquet: the digests that two independent programs gave for NDJSON.</summary>
public sealed class DataSetInputTests : IDisposable
{
    /// <summary>So that all but the smallest have several row groups.</summary>
    private const int RowGroupRows = 6_000;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. DataSet.Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Batch_OfTextsByParquetNet_GivesTheExpectedDigests(string name) =>
        await AssertDigestsAsync(name, await EventFiles.WriteTextsAsync(_folder.File("events.parquet"), DataSet.Events(name), RowGroupRows));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Batch_OfTextsByDuckDb_GivesTheExpectedDigests(string name) =>
        await AssertDigestsAsync(name, await CopyAsync(name, "event_timestamp"));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Batch_OfTimestampsByDuckDb_GivesTheExpectedDigests(string name) =>
        await AssertDigestsAsync(name, await CopyAsync(name, "make_timestamp(event_timestamp::bigint * 1000)"));

    private static async Task AssertDigestsAsync(string name, string events)
    {
        foreach (string settings in DataSetRun.Settings)
        {
            foreach (int threads in (int[])[1, 2, 4])
            {
                InMemorySessionTable table = new();
                await DataSetRun.RunAsync(
                    name,
                    settings,
                    context => new ParquetEventSource([events], context.Definition.Options, context.Retained),
                    _ => new InMemorySessionSink(table),
                    new BatchOptions { Threads = threads });
                Assert.Equal(DataSetRun.Expected(name, settings), DataSetRun.Digests(table.Sessions));
            }
        }
    }

    /// <summary>Writes the events with DuckDB, with its own reader of NDJSON.</summary>
    private async Task<string> CopyAsync(string name, string time)
    {
        string file = _folder.File("events.parquet");
        string columns = "{uuid: 'varchar', event_timestamp: 'varchar', page_name: 'varchar', event_id: 'varchar'}";
        await DuckDb.RunAsync(
            $"copy (select uuid, {time} as event_timestamp, page_name, event_id from read_json('{DataSet.PathOf(name)}', format = 'newline_delimited', columns = {columns})) "
                + $"to '{file}' (format parquet, compression zstd, row_group_size {RowGroupRows})",
            TestContext.Current.CancellationToken);
        return file;
    }
}
