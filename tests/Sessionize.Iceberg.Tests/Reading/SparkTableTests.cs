using System.Text.Json;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Reading;

/// <summary>Tables that Spark wrote, read by this library.</summary>
[Collection(FixtureTables.Collection)]
public sealed class SparkTableTests(FixtureTables tables)
{
    private static readonly string[] s_classic =
        ["uuid", "session_id", "session_start_time_ms", "session_end_time_ms", "event_count", "session_date", "user_hash_bucket"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>All tables but the one of version 3.</summary>
    public static TheoryData<string> Names => [.. FixtureTables.Names.Where(name => name != "user_sessions_v3")];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_EverySnapshot_HasTheRowsThatSparkSaw(string name)
    {
        string folder = await tables.ReadOnlyAsync(name);
        foreach (FixtureSnapshot snapshot in tables.Expected[name].Snapshots)
        {
            TableRows.AssertEqual(snapshot.Content, await OurReader.ReadAsync(folder, snapshot.SnapshotId));
        }

        TableRows.AssertEqual(tables.Expected[name].Rows, await OurReader.ReadAsync(folder));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ReadAsync_Sessions_HaveTheColumnsThatTheTableHas(string name)
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(await tables.ReadOnlyAsync(name));
        Session[] sessions = await table.ReadAsync(new SessionQuery(), Token).ToArrayAsync(Token);

        TableRows.AssertEqual(
            tables.Expected[name].Rows.Select(s_classic),
            new TableRows([.. sessions.Select(session => JsonSerializer.SerializeToElement(new Dictionary<string, object?>
            {
                ["uuid"] = session.UserId,
                ["session_id"] = session.SessionId,
                ["session_start_time_ms"] = session.StartMs,
                ["session_end_time_ms"] = session.EndMs,
                ["event_count"] = session.EventCount,
                ["session_date"] = session.SessionDate,
                ["user_hash_bucket"] = session.UserHashBucket,
            }))]));
        Assert.All(sessions, session =>
        {
            Assert.Equal("Unknown", session.EndReason);
            Assert.Equal(session.StartMs, session.VisitStartMs);
            Assert.Equal(0, session.PageViewCount);
            Assert.Null(session.ExitPage);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ReadAsync_TheQueriesThatSparkAnswered_HaveTheSameAnswers(string name)
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(await tables.ReadOnlyAsync(name));
        IReadOnlyList<JsonElement> queries = tables.Expected[name].Queries;
        Session[] all = await ReadAsync(table, new SessionQuery());

        JsonElement totals = Answer(0)[0];
        Assert.Equal(totals.GetProperty("c").GetInt32(), all.Length);
        Assert.Equal(totals.GetProperty("e").GetInt64(), all.Sum(session => session.EventCount));
        Assert.Equal(totals.GetProperty("u").GetInt32(), all.Select(session => session.UserId).Distinct().Count());
        foreach (JsonElement day in Answer(1))
        {
            Session[] ofDay = await ReadAsync(table, new SessionQuery { Dates = [DateOnly.Parse(day.GetProperty("session_date").GetString()!, null)] });
            Assert.Equal(day.GetProperty("c").GetInt32(), ofDay.Length);
            Assert.Equal(day.GetProperty("e").GetInt64(), ofDay.Sum(session => session.EventCount));
        }

        AssertIds(2, await ReadAsync(table, new SessionQuery { UserId = "user-001" }));
        AssertIds(3, await ReadAsync(table, new SessionQuery { StartFrom = new DateTimeOffset(2024, 1, 2, 0, 0, 0, TimeSpan.Zero) }));
        AssertIds(4, await ReadAsync(table, new SessionQuery { Bucket = -48 }));
        AssertIds(5, [.. all.Where(session => session.PagesVisited.Contains("search"))]);
        AssertIds(6, [.. all.Where(session => session.PagesVisited.Count == 0)]);

        IReadOnlyList<JsonElement> Answer(int query) => [.. queries[query].GetProperty("answer").EnumerateArray()];

        void AssertIds(int query, Session[] found) => Assert.Equal(
            Answer(query).Select(row => row.GetProperty("session_id").GetString()!).Order(StringComparer.Ordinal),
            found.Select(session => session.SessionId).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task VerifyAsync_EveryTable_IsSound(string name)
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(await tables.ReadOnlyAsync(name));
        IcebergTableAudit audit = await table.VerifyAsync(Token);

        Assert.Empty(audit.Findings);
        Assert.Equal(tables.Expected[name].Snapshots.Count, audit.Snapshots);
        Assert.Equal(tables.Expected[name].Rows.Count, audit.Sessions);
        Assert.Equal(tables.Expected[name].Files.Count, audit.DataFiles + audit.DeleteFiles);
    }

    [Fact]
    public async Task OpenAsync_Version3_IsRefusedWithASentence()
    {
        string folder = await tables.ReadOnlyAsync("user_sessions_v3");

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await OurReader.OpenAsync(folder));

        Assert.Contains("version 3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DescribeAsync_PartitionedTable_TellsWhatItIs()
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(await tables.ReadOnlyAsync("user_sessions_partitioned"));
        IcebergTableInfo info = await table.DescribeAsync(cancellationToken: Token);
        FixtureExpectation expected = tables.Expected["user_sessions_partitioned"];

        Assert.Equal(expected.FormatVersion, info.FormatVersion);
        Assert.Equal(expected.CurrentSnapshotId, info.CurrentSnapshot!.Id);
        Assert.Equal(["session_date", "user_hash_bucket"], info.PartitionedBy);
        Assert.Equal(expected.Columns.Select(column => column.GetProperty("name").GetString()), info.Columns.Select(column => column.Name));
        Assert.Equal("list<string>", info.Columns.Single(column => column.Name == "pages_visited").Type);
        Assert.Equal(17, info.Rows);
        Assert.Equal(expected.Files.Count, info.DataFiles);
        Assert.Equal(expected.Files.Select(file => file.GetProperty("partition").GetRawText()).Distinct().Count(), info.Partitions.Count);
        Assert.Equal(9, info.UsersPerBucket!.Users);
        Assert.Equal(expected.Rows.Rows.Select(row => row.GetProperty("user_hash_bucket").GetInt32()).Distinct().Count(), info.UsersPerBucket.Buckets);
        Assert.Equal(expected.Snapshots.Count, table.Snapshots().Count);
        Assert.Equal(
            expected.Files.Select(file => file.GetProperty("file_path").GetString()!.Split('/')[^1]).Order(StringComparer.Ordinal),
            (await table.FilesAsync(cancellationToken: Token)).Select(file => file.Path.Split('/')[^1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_AsOf_IsTheSnapshotThatWasCurrent()
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(await tables.ReadOnlyAsync("user_sessions_flat"));
        IReadOnlyList<IcebergSnapshotInfo> snapshots = table.Snapshots();
        DateTimeOffset second = snapshots[0].Time;

        Assert.Equal(10, (await ReadAsync(table, new SessionQuery { AsOf = second })).Length);
        Assert.Equal(5, (await ReadAsync(table, new SessionQuery { AsOf = second.AddMilliseconds(-1) })).Length);
        Assert.Equal(5, (await ReadAsync(table, new SessionQuery { AsOf = snapshots[1].Time })).Length);
        SessionizeException before = await Assert.ThrowsAsync<SessionizeException>(() => ReadAsync(table, new SessionQuery { AsOf = snapshots[1].Time.AddMilliseconds(-1) }));
        Assert.Contains("had no snapshot at", before.Message, StringComparison.Ordinal);
        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(() => ReadAsync(table, new SessionQuery { SnapshotId = 1 }));
        Assert.Contains("no snapshot 1", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_Limit_IsTheMostThatComes()
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(await tables.ReadOnlyAsync("user_sessions_flat"));

        Assert.Equal(3, (await ReadAsync(table, new SessionQuery { Limit = 3 })).Length);
        Assert.Empty(await ReadAsync(table, new SessionQuery { Limit = 0 }));
        await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(table, new SessionQuery { Limit = -1 }));
    }

    private static async Task<Session[]> ReadAsync(IcebergSessionTable table, SessionQuery query) => await table.ReadAsync(query, Token).ToArrayAsync(Token);
}
