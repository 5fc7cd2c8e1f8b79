using System.Text.Json;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Tables that Spark wrote take our sessions, by their own schema, spec and format version, and others read them whole.</summary>
[Collection(FixtureTables.Collection)]
public sealed class FixtureAppendTests(FixtureTables tables, IceCheck java, DuckDbIceberg duckDb)
{
    private const string Version3 = "user_sessions_v3";

    /// <summary>The audit has much to say of the file without field ids, and of the totals, that Spark left in it.</summary>
    private const string Imported = "user_sessions_imported";

    public static TheoryData<string> Names => [.. FixtureTables.Names.Where(name => name != Version3)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Commits_EveryTableButVersion3_JavaAndDuckDbReadOldAndNewRows(string name)
    {
        string folder = await tables.WritableAsync(name);
        IReadOnlyList<string> before = (await java.ReadAsync(folder)).SortedTexts;
        await using SinkDriver driver = await SinkDriver.OpenAsync(PlaceOf(folder), 0);
        await driver.CommitAsync(20);
        await driver.CommitAsync(20);

        TableRows rows = await java.ReadAsync(folder);
        JsonElement[] ours = [.. rows.Rows.Where(row => driver.Committed.Contains(row.GetProperty("session_id").GetString()!))];
        Assert.Equal(driver.Committed.Order(StringComparer.Ordinal), ours.Select(row => row.GetProperty("session_id").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(before, new TableRows([.. rows.Rows.Except(ours)]).SortedTexts);
        TableRows.AssertEqual(rows, await duckDb.ReadAsync(folder));
        if (name != Imported)
        {
            await java.VerifyAsync(folder);
        }

        await using SinkDriver restarted = await SinkDriver.OpenAsync(PlaceOf(folder), 0);
        Assert.Equal(driver.Lanes, restarted.Lanes);
    }

    [Theory]
    [InlineData("user_sessions_partitioned")]
    [InlineData("user_sessions_v1")]
    public async Task EvolveSchema_ColumnsThatTheTableLacks_AreAddedAndWritten(string name)
    {
        string folder = await tables.WritableAsync(name);
        await using SinkDriver driver = await SinkDriver.OpenAsync(PlaceOf(folder).With(options => options.EvolveSchema = true), 0);
        await driver.CommitAsync(20);

        foreach (JsonElement row in (await java.ReadAsync(folder)).Rows)
        {
            bool isOurs = driver.Committed.Contains(row.GetProperty("session_id").GetString()!);
            Assert.Equal(isOurs ? EndReasons.Inactivity : null, row.GetProperty("end_reason").GetString());
            Assert.Equal(isOurs ? JsonValueKind.Number : JsonValueKind.Null, row.GetProperty("session_index").ValueKind);
        }

        await java.VerifyAsync(folder);
    }

    [Fact]
    public async Task OpenAsync_Version3_IsRefusedWithTheVersion()
    {
        string folder = await tables.ReadOnlyAsync(Version3);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => SinkDriver.OpenAsync(PlaceOf(folder), 0));
        Assert.Contains("version 3", failure.Message, StringComparison.Ordinal);
    }

    private static TablePlace PlaceOf(string folder) => new(() => new IcebergTableOptions { Name = folder }, folder);
}
