using System.Text.Json;
using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg.Tests.Sink;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Tests.Data;
using Xunit;

namespace Sessionize.Iceberg.Tests.Tool;

/// <summary>Real clickstreams by the tool into tables of every catalog: our reader, Iceberg Java and DuckDB give the digests that independent programs gave.</summary>
public sealed class TableDataSetTests(
    S3Server s3, RestCatalogServer rest, IceCheck java, DuckDbIceberg duckDb, ClickHouseIceberg clickHouse, IcebirdIceberg icebird) : IAsyncDisposable
{
    private const string Settings = "30m/2h";

    private readonly TablePlaces _places = new(s3, rest);
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<TablePlaceKind> Kinds => TablePlaces.Kinds;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task EveryDataSet_EveryCatalog_DigestsAsExpected(TablePlaceKind kind)
    {
        foreach (string name in DataSet.Names)
        {
            // By hundreds of buckets a table has thousands of small files: one data set is enough for that.
            string partitions = name == "otto-shop" ? "session_date,user_hash_bucket" : "day(session_start_time),bucket(4,uuid)";
            TablePlace place = await _places.NewAsync(kind);
            ToolResult run = ToolProcess.Run(
                _folder.Path, ["batch", DataSet.PathOf(name), "--table", place.Options().Name, "--partition-by", partitions, "--ids", "ordinal", .. TableArguments.Of(place)]);
            Assert.True(run.ExitCode == 0, run.Error);

            JsonElement expected = DataSet.Expected(name)[Settings];
            string digests = $"{expected.GetProperty("sessions").GetInt32()} {expected.GetProperty("sha256").GetString()} {expected.GetProperty("sha256_full").GetString()}";
            Assert.Equal(digests, JsonSessions.Digests(await SinkRows.ReadAsync(place, Token)));
            Assert.Equal(digests, JsonSessions.Digests(JsonSessions.Of(await java.ReadAsync(place.Address))));
            if (place.Address.Location is not null || place.Address.Rest is not null)
            {
                Assert.Equal(digests, JsonSessions.Digests(JsonSessions.Of(await duckDb.ReadAsync(place.Address))));
            }

            await java.VerifyAsync(place.Address);
            ToolResult verified = ToolProcess.Run(_folder.Path, ["table", "verify", place.Options().Name, .. TableArguments.Of(place)]);
            Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
        }
    }

    [Theory]
    [InlineData("session_date,user_hash_bucket")]
    [InlineData("day(session_start_time),bucket(4,uuid)")]
    [InlineData("none")]
    public async Task OttoShop_LocalTable_ClickHouseAndIcebirdReadWhatJavaReads(string partitions)
    {
        string[] columns = ["uuid", "session_id", "session_start_time_ms", "event_count", "entry_page", "end_reason", "session_date", "user_hash_bucket"];
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        ToolResult run = ToolProcess.Run(
            _folder.Path, ["batch", DataSet.PathOf("otto-shop"), "--table", place.Options().Name, "--partition-by", partitions, .. TableArguments.Of(place)]);
        Assert.True(run.ExitCode == 0, run.Error);

        TableRows expected = await java.ReadAsync(place.Address);
        TableRows.AssertEqual(expected.Select([.. columns, "session_end_time"]), (await clickHouse.ReadAsync(place.Address)).Select([.. columns, "session_end_time"]));
        TableRows.AssertEqual(expected.Select([.. columns, "pages_visited"]), (await icebird.ReadAsync(place.Address.Location!)).Select([.. columns, "pages_visited"]));
    }

    public async ValueTask DisposeAsync()
    {
        await _places.DisposeAsync();
        _folder.Dispose();
    }
}
