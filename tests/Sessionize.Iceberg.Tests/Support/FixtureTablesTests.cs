using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>The readers of others read the tables of Spark as Spark does: what they say of our tables can be believed.</summary>
[Collection(FixtureTables.Collection)]
public sealed class FixtureTablesTests(FixtureTables tables, IceCheck java, DuckDbIceberg duckDb, ClickHouseIceberg clickHouse, IcebirdIceberg icebird)
{
    private const string Flat = "user_sessions_flat";

    public static TheoryData<string> Names => [.. FixtureTables.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task JavaAndDuckDb_EveryTable_SameRowsAsSpark(string name)
    {
        string folder = await tables.ReadOnlyAsync(name);

        TableRows.AssertEqual(tables.Expected[name].Rows, await java.ReadAsync(folder));
        TableRows.AssertEqual(tables.Expected[name].Rows, await duckDb.ReadAsync(folder));
        Assert.Equal(tables.Expected[name].Rows.Count, await duckDb.CountAsync(folder));
        Assert.Equal(tables.Expected[name].Rows.Count, await java.CountAsync(folder));
    }

    [Theory]
    [InlineData("user_sessions_partitioned")]
    [InlineData(Flat)]
    public async Task ClickHouseAndIcebird_TablesThatTheyCanRead_SameRowsAsSpark(string name)
    {
        string folder = await tables.ReadOnlyAsync(name);
        string[] columns = ["uuid", "session_id", "session_start_time_ms", "event_count", "session_date", "user_hash_bucket"];

        TableRows.AssertEqual(tables.Expected[name].Rows.Select([.. columns, "session_end_time"]), (await clickHouse.ReadAsync(folder)).Select([.. columns, "session_end_time"]));
        TableRows.AssertEqual(tables.Expected[name].Rows.Select([.. columns, "pages_visited"]), (await icebird.ReadAsync(folder)).Select([.. columns, "pages_visited"]));
    }

    [Fact]
    public async Task Java_ReadsEarlierSnapshotsAndPlansAndVerifies()
    {
        string folder = await tables.ReadOnlyAsync(Flat);
        FixtureSnapshot first = tables.Expected[Flat].Snapshots[0];

        TableRows.AssertEqual(first.Content, await java.ReadAsync(folder, "--snapshot", $"{first.SnapshotId}"));
        Assert.Equal(1, (await java.PlanAsync(folder, "event_count > 2")).GetProperty("files_planned").GetInt32());
        Assert.Equal(2, (await java.FilesAsync(folder)).GetProperty("files").GetArrayLength());
        Assert.Equal(2, (await java.DescribeAsync(folder)).GetProperty("format_version").GetInt32());
        Assert.Equal(2, (await java.VerifyAsync(folder)).GetProperty("looked_at").GetProperty("snapshots").GetInt32());
    }

    [Fact]
    public async Task Writable_AfterJavaChangedIt_IsAsSparkLeftItAgain()
    {
        string folder = await tables.WritableAsync(Flat);
        await java.AppendAsync(folder, """{"uuid":"x","session_id":"x_1","session_start_time_ms":0,"session_start_time":"2024-01-15T08:00:00.000000Z"}""");
        Assert.Equal(11, await java.CountAsync(folder));
        await java.VerifyAsync(folder);

        Assert.Equal(folder, await tables.ReadOnlyAsync(Flat));
        Assert.Equal(10, await java.CountAsync(folder));
    }

    [Fact]
    public async Task Verify_ADataFileGone_FailsWithWhatIsWrong()
    {
        string folder = await tables.WritableAsync(Flat);
        File.Delete(Directory.EnumerateFiles($"{folder}/data", "*.parquet").First());

        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => java.VerifyAsync(folder));

        Assert.Contains("file-missing", failure.Message, StringComparison.Ordinal);
    }
}
