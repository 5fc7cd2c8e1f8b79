using System.Text.Json;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Iceberg.Writing;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Tables with our data files, audited and read by Iceberg's own library.</summary>
public sealed class SessionFileWriterAuditTests(IceCheck iceCheck) : IClassFixture<IceCheck>
{
    private const string Day = "2024-05-06";

    public static TheoryData<string, string> Shapes { get; } = new()
    {
        { "", "" },
        { "", "uuid,session_start_time_ms" },
        { "session_date identity,user_hash_bucket identity", "uuid,session_start_time_ms" },
        { "session_start_time day,uuid bucket[16]", "session_start_time desc,uuid" },
        { "session_start_time hour", "event_count desc,entry_page,session_id" },
        { "session_start_time month,session_end_time year", "session_duration_seconds,is_bounce desc,session_date" },
        { "uuid identity", "end_reason,revision desc,visit_start_time_ms" },
        { "entry_page identity", "exit_page desc" },
        { "entry_page truncate[3],uuid truncate[1]", "session_index,page_view_count" },
        { "entry_page bucket[7],session_start_time_ms bucket[5],session_end_time bucket[3],session_date bucket[2]", "user_hash_bucket" },
        { "session_start_time_ms truncate[1000000],user_hash_bucket truncate[10]", "session_end_time_ms desc" },
        { "is_bounce identity,session_duration_seconds identity", "session_end_time" },
        { "session_index identity,event_count identity", "uuid desc" },
        { "uuid void,session_date identity", "session_id" },
        { "session_start_time identity", "" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Files_EverySpecAndOrder_AreSound(string partitionBy, string sortBy)
    {
        using TemporaryFolder folder = new();
        IcebergSchema schema = SessionTableSchema.New();
        CatalogTable table = StoredTable.Create(folder.Path, schema, Spec(schema, partitionBy), Order(schema, sortBy));
        Session[] sessions = Hostile(new Random(5), 150);

        await StoredTable.WriteAsync(table, sessions.Chunk(40), new SessionFileWriterOptions { MemoryBytes = 300_000, Threads = 2 });

        await iceCheck.VerifyAsync(folder.Path);
        Assert.Equal(sessions.Length, await iceCheck.CountAsync(folder.Path));
    }

    [Fact]
    public async Task Files_RandomTables_AreSound()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            using TemporaryFolder folder = new();
            Random random = new(seed);
            IcebergSchema schema = RandomTables.Schema(random, hasUuids: seed % 3 == 0);
            CatalogTable table = StoredTable.Create(folder.Path, schema, RandomTables.Spec(random, schema), RandomTables.Order(random, schema));
            Session[] sessions = [.. Hostile(random, 60).Select(session => seed % 3 == 0 ? session with { UserId = Guid.NewGuid().ToString() } : session)];

            await StoredTable.WriteAsync(table, sessions.Chunk(25));

            await iceCheck.VerifyAsync(folder.Path);
        }
    }

    [Fact]
    public async Task Files_PropertiesOfFilesAndMetrics_AreSound()
    {
        using TemporaryFolder folder = new();
        IcebergSchema schema = SessionTableSchema.New();
        CatalogTable table = StoredTable.Create(folder.Path, schema, order: TrialTable.Order(schema, "uuid", "session_id"), properties: new Dictionary<string, string>
        {
            ["write.target-file-size-bytes"] = "30000",
            ["write.parquet.row-group-size-bytes"] = "9000",
            ["write.parquet.page-row-limit"] = "7",
            ["write.parquet.compression-codec"] = "uncompressed",
            ["write.object-storage.enabled"] = "true",
            ["write.metadata.metrics.default"] = "truncate(40)",
            ["write.metadata.metrics.column.session_id"] = "full",
            ["write.metadata.metrics.column.exit_page"] = "counts",
            ["write.metadata.metrics.column.end_reason"] = "none",
        });

        IReadOnlyList<DataFile> files = await StoredTable.WriteAsync(table, Hostile(new Random(1), 300).Chunk(100));

        await iceCheck.VerifyAsync(folder.Path);
        Assert.True(files.Count > 2);
        Assert.Contains(files, file => file.SplitOffsets!.Count > 1);
        Assert.All(files, file => Assert.True(file.FileSizeInBytes < 60_000, $"{file.FileSizeInBytes} bytes"));
        Assert.DoesNotContain(files, file => file.LowerBounds!.ContainsKey(schema.Find("exit_page")!.Id) || file.ValueCounts!.ContainsKey(schema.Find("end_reason")!.Id));
    }

    [Theory]
    [InlineData("session_date identity,user_hash_bucket identity")]
    [InlineData("uuid identity")]
    [InlineData("uuid truncate[4],uuid bucket[16]")]
    public async Task Files_Case23_AreReadBackAsTheyAre(string partitionBy)
    {
        using TemporaryFolder folder = new();
        JsonElement expected = JsonDocument.Parse(await File.ReadAllBytesAsync(SharedFiles.Find("cases/23-partition-values.expected.json"), TestContext.Current.CancellationToken)).RootElement;
        JsonElement[] rows = [.. expected.GetProperty("sessions").EnumerateArray()];
        IcebergSchema schema = SessionTableSchema.New();
        CatalogTable table = StoredTable.Create(folder.Path, schema, Spec(schema, partitionBy), TrialTable.Order(schema, "uuid", "session_start_time_ms"));

        await StoredTable.WriteAsync(table, [[.. rows.Select(SessionOf)]]);

        await iceCheck.VerifyAsync(folder.Path);
        string[] columns = [.. rows[0].EnumerateObject().Select(column => column.Name)];
        TableRows.AssertEqual(new TableRows(rows), (await iceCheck.ReadAsync(folder.Path)).Select(columns));
    }

    [Fact]
    public async Task Files_OneBucketOfAHundred_AreTheOnlyOnesPlanned()
    {
        using TemporaryFolder folder = new();
        IcebergSchema schema = SessionTableSchema.New();
        CatalogTable table = StoredTable.Create(folder.Path, schema, Spec(schema, "session_date identity,user_hash_bucket identity"), TrialTable.Order(schema, "uuid"));
        Session[] sessions = [.. Enumerable.Range(0, 400).Select(i => new Session
        {
            UserId = $"user-{i}",
            SessionId = $"user-{i}_session_1_0",
            StartMs = 1_714_953_600_000 + (i % 4 * 86_400_000L),
            EndMs = 1_714_953_600_000 + (i % 4 * 86_400_000L),
            EventCount = 1,
            EndReason = EndReasons.Inactivity,
            VisitStartMs = 0,
            UserHashBucket = i / 4,
        })];

        await StoredTable.WriteAsync(table, [sessions]);

        JsonElement plan = await iceCheck.PlanAsync(folder.Path, $"session_date = '{Day}' AND user_hash_bucket = 7");
        Assert.Equal((1, 400), (plan.GetProperty("files_planned").GetInt32(), plan.GetProperty("files_total").GetInt32()));
    }

    private static Session[] Hostile(Random random, int count) =>
        [.. HostileSessions.Sample(random, count, _ => true).Select((session, i) => session with { SessionId = $"{session.SessionId}#{i}" })];

    private static PartitionSpec Spec(IcebergSchema schema, string text) =>
        TrialTable.Spec(schema, [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split(' ')).Select(field => (field[0], field[1]))]);

    private static SortOrder Order(IcebergSchema schema, string text)
    {
        SortField[] fields = [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split(' ')).Select(field =>
            new SortField(schema.Find(field[0])!.Id, new Transform(TransformKind.Identity), IsDescending: field.Length > 1, NullsFirst: field.Length == 1))];
        return fields.Length == 0 ? SortOrder.Unsorted : new SortOrder(1, fields);
    }

    private static Session SessionOf(JsonElement row) => new()
    {
        UserId = row.GetProperty("uuid").GetString()!,
        SessionId = row.GetProperty("session_id").GetString()!,
        StartMs = row.GetProperty("session_start_time_ms").GetInt64(),
        EndMs = row.GetProperty("session_end_time_ms").GetInt64(),
        EventCount = row.GetProperty("event_count").GetInt64(),
        PagesVisited = [.. row.GetProperty("pages_visited").EnumerateArray().Select(page => page.GetString()!)],
        EntryPage = row.GetProperty("entry_page").GetString(),
        ExitPage = row.GetProperty("exit_page").GetString(),
        PageViewCount = row.GetProperty("page_view_count").GetInt64(),
        EndReason = row.GetProperty("end_reason").GetString()!,
        VisitStartMs = row.GetProperty("session_start_time_ms").GetInt64(),
        UserHashBucket = row.GetProperty("user_hash_bucket").GetInt32(),
    };
}
