using System.Globalization;
using System.Text;
using System.Text.Json;
using Sessionize.Iceberg.Reading;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Reading;

/// <summary>Tables that Iceberg Java wrote, deleted from, changed and compacted, read by both.</summary>
public sealed class JavaTableTests(IceCheck java, RestCatalogServer rest) : IDisposable
{
    private const string Schema = """
        {"type":"struct","schema-id":0,"fields":[
        {"id":1,"name":"uuid","required":true,"type":"string"},
        {"id":2,"name":"session_id","required":true,"type":"string"},
        {"id":3,"name":"session_start_time_ms","required":false,"type":"long"},
        {"id":4,"name":"session_end_time_ms","required":false,"type":"long"},
        {"id":5,"name":"session_start_time","required":false,"type":"timestamptz"},
        {"id":6,"name":"event_count","required":false,"type":"int"},
        {"id":7,"name":"pages_visited","required":false,"type":{"type":"list","element-id":8,"element":"string","element-required":false}},
        {"id":9,"name":"session_date","required":false,"type":"date"},
        {"id":10,"name":"score","required":false,"type":"float"},
        {"id":11,"name":"price","required":false,"type":"decimal(9,2)"},
        {"id":12,"name":"device","required":false,"type":"uuid"},
        {"id":13,"name":"raw","required":false,"type":"binary"},
        {"id":14,"name":"local_time","required":false,"type":"timestamp"},
        {"id":15,"name":"is_member","required":false,"type":"boolean"}]}
        """;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Table => _folder.File("t");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("session_date")]
    [InlineData("day(session_start_time),bucket(4,uuid)")]
    [InlineData("truncate(3,uuid),hour(session_start_time)")]
    [InlineData("")]
    public async Task Read_AppendsDeletesAndCompaction_SameRowsAsJava(string partition)
    {
        await CreateAsync(partition);
        await java.AppendAsync(Table, Rows(0, 40));
        await AssertSameAsync(40);
        await java.AppendAsync(Table, Rows(40, 20));
        await java.DeleteAsync(Table, "event_count = 3");
        await AssertSameAsync(48);
        await java.DeleteAsync(Table, "uuid = 'user-2'", "--mode", "equality", "--columns", "uuid,session_id");
        long afterDeletes = await AssertSameAsync(null);
        Assert.True(afterDeletes < 48);

        // What was deleted by value before does not touch what comes after.
        await java.AppendAsync(Table, Rows(2, 1));
        await AssertSameAsync(afterDeletes + 1);
        await java.CompactAsync(Table);
        await AssertSameAsync(afterDeletes + 1);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Read_ColumnsAddedRenamedWidenedAndDropped_SameRowsAsJava()
    {
        await CreateAsync("session_date");
        await java.AppendAsync(Table, Rows(0, 10));
        await java.EvolveAsync(Table, "--widen", "event_count long", "--widen", "score double", "--widen", "price decimal(18,2)", "--rename", "device=machine", "--add", "city string", "--drop", "raw");
        await AssertSameAsync(10);
        await java.AppendAsync(Table, Rows(10, 10).Replace("\"device\"", "\"machine\"", StringComparison.Ordinal).Replace("\"raw\"", "\"city\"", StringComparison.Ordinal));
        await AssertSameAsync(20);
        await java.DeleteAsync(Table, "event_count = 3", "--mode", "equality", "--columns", "event_count");
        await AssertSameAsync(16);
        await java.EvolveAsync(Table, "--partition-add", "bucket(4,uuid)");
        await java.AppendAsync(Table, Rows(20, 10).Replace("\"device\"", "\"machine\"", StringComparison.Ordinal).Replace("\"raw\"", "\"city\"", StringComparison.Ordinal));
        await AssertSameAsync(null);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task PlanAsync_SequenceNumbers_DeletesByValueAreOfOlderFilesOnly()
    {
        await CreateAsync("");
        await java.AppendAsync(Table, Rows(0, 4));
        await java.DeleteAsync(Table, "uuid = 'user-1'", "--mode", "equality", "--columns", "uuid");
        await java.AppendAsync(Table, Rows(1, 1));
        await using IcebergSessionTable table = await OurReader.OpenAsync(Table);

        Assert.Equal(2, (await table.PlanAsync(new SessionQuery(), Token)).Files);
        Assert.Equal(1, (await table.PlanAsync(new SessionQuery(), Token)).DeleteFiles);
        Assert.Equal(4, await table.ReadAsync(new SessionQuery(), Token).CountAsync(Token));
    }

    [Theory]
    [InlineData("session_date = '2024-03-02'")]
    [InlineData("session_start_time >= '2024-03-02T12:00:00Z' AND session_start_time < '2024-03-03T01:00:00Z'")]
    public async Task PlanAsync_DateColumnAndManyFiles_OpensWhatJavaOpens(string where)
    {
        await CreateAsync("session_date,bucket(4,uuid)");
        await java.AppendAsync(Table, Rows(0, 200), "--commits", "4", "--fast");
        await using IcebergSessionTable table = await OurReader.OpenAsync(Table);
        SessionQuery query = where.StartsWith("session_date", StringComparison.Ordinal)
            ? new SessionQuery { Dates = [new DateOnly(2024, 3, 2)] }
            : new SessionQuery { StartFrom = At("2024-03-02T12:00:00Z"), StartTo = At("2024-03-03T01:00:00Z") };
        SessionQueryPlan plan = await table.PlanAsync(query, Token);
        JsonElement expected = await java.PlanAsync(Table, where);

        Assert.Equal(
            expected.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()!.Split('/')[^1]).Order(StringComparer.Ordinal),
            plan.FilePaths.Select(path => path.Split('/')[^1]).Order(StringComparer.Ordinal));
        Assert.InRange(plan.Files, 1, (int)plan.FilesTotal / 2);
        Assert.Equal(await java.CountAsync(Table, "--where", where), await table.ReadAsync(query, Token).CountAsync(Token));
    }

    [Fact]
    public async Task ScanAsync_FileOfManyRowGroups_OpensThoseOfTheStartAlone()
    {
        await java.CreateAsync(
            Table, Schema, "--table-props", "write.parquet.row-group-size-bytes=2000,write.parquet.row-group-check-min-record-count=10,write.parquet.row-group-check-max-record-count=10");
        await java.AppendAsync(Table, Rows(0, 400));
        await using IcebergSessionTable table = await OurReader.OpenAsync(Table);
        SessionQuery query = new() { StartFrom = At("2024-03-10T00:00:00Z"), StartTo = At("2024-03-10T04:00:00Z") };
        TableScan scan = await table.ScanAsync(query, Token);
        Session[] found = await table.ReadAsync(scan, limit: null, Token).ToArrayAsync(Token);

        Assert.Equal(await java.CountAsync(Table, "--where", "session_start_time >= '2024-03-10T00:00:00Z' AND session_start_time < '2024-03-10T04:00:00Z'"), found.Length);
        Assert.NotEmpty(found);
        Assert.True(scan.Plan.Counts.RowGroupsTotal > 5, $"the file has {scan.Plan.Counts.RowGroupsTotal} row groups");
        Assert.InRange(scan.Plan.Counts.RowGroups, 1, 2);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task OpenAsync_TableInASqlCatalog_IsRead()
    {
        string database = _folder.File("catalog.db");
        string warehouse = _folder.File("warehouse");
        TableAddress address = TableAddress.InSql($"jdbc:sqlite:{database}", "sessionize", warehouse, "ns.t");
        await java.CreateAsync(address, Schema);
        await java.AppendAsync(address, Rows(0, 5));
        IcebergTableOptions options = new() { Name = "ns.t", Catalog = IcebergCatalogKind.Sql, CatalogUri = $"sqlite:///{database}", Warehouse = warehouse };
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(options, cancellationToken: Token);

        TableRows.AssertEqual(await java.ReadAsync(address), await OurReader.ReadAsync(table, null, _ => RowFilter.Everything));
        Assert.Empty((await table.VerifyAsync(Token)).Findings);
    }

    [Fact]
    public async Task OpenAsync_TableInARestCatalog_IsRead()
    {
        TableAddress address = TableAddress.InRest(await rest.StartAsync(), "reading.t");
        await java.CreateAsync(address, Schema);
        await java.AppendAsync(address, Rows(0, 5));
        IcebergTableOptions options = new() { Name = "reading.t", Catalog = IcebergCatalogKind.Rest, CatalogUri = rest.Uri };
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(options, cancellationToken: Token);

        TableRows.AssertEqual(await java.ReadAsync(address), await OurReader.ReadAsync(table, null, _ => RowFilter.Everything));
        Assert.Empty((await table.VerifyAsync(Token)).Findings);
    }

    [Fact]
    public async Task OpenAsync_DeletionVectorsOfVersion3_AreRefusedWithASentence()
    {
        await java.CreateAsync(Table, Schema, "--table-props", "format-version=3");

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await OurReader.OpenAsync(Table));
        Assert.Contains("version", failure.Message, StringComparison.Ordinal);
    }

    private Task CreateAsync(string partition) => java.CreateAsync(Table, Schema, partition.Length == 0 ? [] : ["--partition", partition]);

    private async Task<long> AssertSameAsync(long? count)
    {
        TableRows expected = await java.ReadAsync(Table);
        TableRows.AssertEqual(expected, await OurReader.ReadAsync(Table));
        if (count is { } rows)
        {
            Assert.Equal(rows, expected.Count);
        }

        return expected.Count;
    }

    private async Task AssertSoundAsync()
    {
        await using IcebergSessionTable table = await OurReader.OpenAsync(Table);
        IcebergTableAudit audit = await table.VerifyAsync(Token);

        // Rows are appended again on purpose.
        Assert.All(audit.Findings, finding => Assert.Equal("duplicate-session", finding.Code));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Rows(int first, int count)
    {
        StringBuilder rows = new();
        for (int i = first; i < first + count; i++)
        {
            DateTimeOffset start = At("2024-03-01T00:00:00Z").AddMinutes(97.5 * i);
            rows.Append(JsonSerializer.Serialize(new Dictionary<string, object?>
            {
                ["uuid"] = $"user-{i % 7}",
                ["session_id"] = $"user-{i % 7}_session_{i}_0",
                ["session_start_time_ms"] = start.ToUnixTimeMilliseconds(),
                ["session_end_time_ms"] = start.ToUnixTimeMilliseconds() + 1000,
                ["session_start_time"] = start.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
                ["event_count"] = i % 5,
                ["pages_visited"] = (i % 4) switch { 0 => null, 1 => [], 2 => ["a", null], _ => (string?[])["用户", "b"] },
                ["session_date"] = start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                ["score"] = i % 3 == 0 ? null : i / 4f,
                ["price"] = string.Create(CultureInfo.InvariantCulture, $"{i - 20}.{i % 100:00}"),
                ["device"] = i % 6 == 0 ? null : new Guid(i, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]).ToString("D"),
                ["raw"] = $"0x{i:x4}",
                ["local_time"] = start.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
                ["is_member"] = i % 2 == 0,
            })).Append('\n');
        }

        return rows.ToString();
    }
}
