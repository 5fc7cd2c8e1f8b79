using System.Globalization;
using System.Text.Json;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Iceberg.Tests.Reading;

/// <summary>A table of 100 buckets and 30 dates: one date and bucket is one file of thousands, for Iceberg Java's planner and for ours.</summary>
public sealed class PruningScaleTests(IceCheck java) : IDisposable
{
    private const int Dates = 30;
    private const int Buckets = 100;

    private static readonly DateTimeOffset s_first = new(1999, 12, 17, 8, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Plan_OneDateAndBucketOfThousandsOfFiles_IsOneFile()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        IcebergTableOptions options = new() { Name = "s.t", Warehouse = _folder.Path };
        await using (IcebergSessionSink sink = new(options))
        {
            await using InMemorySessionStateStore store = new();
            await sink.OpenAsync(new SinkOpening("pruning", [], store), token);
            await sink.WriteAsync([.. from date in Enumerable.Range(0, Dates) from bucket in Enumerable.Range(0, Buckets) select new SessionChange(SessionChangeKind.Added, Row(date, bucket))], token);
            Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(new SinkCommit("pruning", Guid.NewGuid(), []), token));
        }

        string folder = _folder.File("s/t");
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(options, cancellationToken: token);
        await AssertPlanAsync(1, "session_date = '1999-12-31' AND user_hash_bucket = 42", new SessionQuery { Dates = [new DateOnly(1999, 12, 31)], Bucket = 42 });
        await AssertPlanAsync(Buckets, "session_date = '2000-01-02'", new SessionQuery { Dates = [new DateOnly(2000, 1, 2)] });
        await AssertPlanAsync(Dates, "uuid = 'user-42'", new SessionQuery { UserId = "user-42" });
        await AssertPlanAsync(
            Buckets, "session_start_time >= '1999-12-20T00:00:00.000000Z' AND session_start_time < '1999-12-21T00:00:00.000000Z'",
            new SessionQuery { StartFrom = s_first.AddDays(3).AddHours(-8), StartTo = s_first.AddDays(4).AddHours(-8) });
        await java.VerifyAsync(folder);

        async Task AssertPlanAsync(int files, string where, SessionQuery query)
        {
            JsonElement plan = await java.PlanAsync(folder, where);
            Assert.Equal(files, plan.GetProperty("files_planned").GetInt32());
            SessionQueryPlan ours = await table.PlanAsync(query, token);
            Assert.Equal((files, (long)Dates * Buckets), ((int)ours.Files, ours.FilesTotal));
        }
    }

    private static Session Row(int date, int bucket)
    {
        long start = s_first.AddDays(date).ToUnixTimeMilliseconds() + bucket;
        return new Session
        {
            UserId = string.Create(CultureInfo.InvariantCulture, $"user-{bucket}"),
            SessionId = string.Create(CultureInfo.InvariantCulture, $"user-{bucket}_session_{date}_0"),
            StartMs = start,
            EndMs = start + 1000,
            EventCount = 2,
            EndReason = EndReasons.Inactivity,
            VisitStartMs = start,
            UserHashBucket = bucket,
        };
    }
}
