using System.Text.Json;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Reading;

/// <summary>Which files a query opens, beside those that Iceberg Java plans, and beside the rows that a full scan finds.</summary>
[Collection(FixtureTables.Collection)]
public sealed class PruningTests(FixtureTables tables, IceCheck java)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Queries, and the same for Java.</summary>
    public static TheoryData<string, int> Queries()
    {
        TheoryData<string, int> all = [];
        foreach (string name in FixtureTables.Names.Where(name => name != "user_sessions_v3"))
        {
            for (int query = 0; query < s_queries.Length; query++)
            {
                all.Add(name, query);
            }
        }

        return all;
    }

    private static readonly (SessionQuery Query, string Where, Func<Session, bool> Fits)[] s_queries =
    [
        (new() { Dates = [new(2024, 1, 2)] }, "session_date = '2024-01-02'", session => session.SessionDate == "2024-01-02"),
        (new() { Dates = [new(2024, 1, 1)], Bucket = 70 }, "session_date = '2024-01-01' AND user_hash_bucket = 70", session => session is { SessionDate: "2024-01-01", UserHashBucket: 70 }),
        (new() { Dates = [new(2024, 1, 2), new(2024, 1, 4)] }, "session_date IN ('2024-01-02', '2024-01-04')", session => session.SessionDate is "2024-01-02" or "2024-01-04"),
        (new() { Bucket = -48 }, "user_hash_bucket = -48", session => session.UserHashBucket == -48),
        (new() { UserId = "user-001" }, "uuid = 'user-001'", session => session.UserId == "user-001"),
        (new() { UserId = "用户-42" }, "uuid = '用户-42'", session => session.UserId == "用户-42"),
        (new() { UserId = "nobody" }, "uuid = 'nobody'", _ => false),
        (
            new() { StartFrom = At("2024-01-01T12:00:00Z"), StartTo = At("2024-01-03T00:00:00Z") },
            "session_start_time >= '2024-01-01T12:00:00Z' AND session_start_time < '2024-01-03T00:00:00Z'",
            session => session.StartTime >= At("2024-01-01T12:00:00Z") && session.StartTime < At("2024-01-03T00:00:00Z")),
        (new() { StartFrom = At("2030-01-01T00:00:00Z") }, "session_start_time >= '2030-01-01T00:00:00Z'", _ => false),
    ];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task PlanAsync_OpensTheFilesThatJavaOpens_AndNoRowIsLost(string name, int number)
    {
        (SessionQuery query, string where, Func<Session, bool> fits) = s_queries[number];
        string folder = await tables.ReadOnlyAsync(name);
        await using IcebergSessionTable table = await OurReader.OpenAsync(folder);
        SessionQueryPlan plan = await table.PlanAsync(query, Token);
        JsonElement expected = await java.PlanAsync(folder, where);

        Assert.Equal(
            expected.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()!.Split('/')[^1]).Order(StringComparer.Ordinal),
            plan.FilePaths.Select(path => path.Split('/')[^1]).Order(StringComparer.Ordinal));
        Assert.Equal(tables.Expected[name].Files.Count, plan.FilesTotal);

        Session[] all = await table.ReadAsync(new SessionQuery(), Token).ToArrayAsync(Token);
        Session[] found = await table.ReadAsync(query, Token).ToArrayAsync(Token);
        Assert.Equal(
            all.Where(fits).Select(session => session.SessionId).Order(StringComparer.Ordinal),
            found.Select(session => session.SessionId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PlanAsync_UserAndBucketCount_OpensTheUsersBucketAlone()
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(await tables.ReadOnlyAsync("user_sessions_partitioned"));

        SessionQueryPlan plan = await table.PlanAsync(new SessionQuery { UserId = "user-8103Fb9", BucketCount = 100 }, Token);

        Assert.All(plan.FilePaths, path => Assert.Contains("user_hash_bucket=-48/", path, StringComparison.Ordinal));
        Assert.Single(await table.ReadAsync(new SessionQuery { UserId = "user-8103Fb9", BucketCount = 100 }, Token).ToArrayAsync(Token));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, null);
}
