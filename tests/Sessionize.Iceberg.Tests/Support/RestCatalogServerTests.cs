using System.Text.Json;
using Xunit;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>The servers and the readers of others work together: what they say of our tables can be believed.</summary>
public sealed class RestCatalogServerTests(RestCatalogServer shared, S3Server s3, IceCheck java, DuckDbIceberg duckDb, ClickHouseIceberg clickHouse)
{
    private const string Schema = """
        {"type":"struct","fields":[{"id":1,"name":"uuid","required":true,"type":"string"},{"id":2,"name":"day","required":false,"type":"date"},
        {"id":3,"name":"at","required":false,"type":"timestamptz"}]}
        """;

    private const string Rows = """
        {"uuid":"用户-42","day":"2024-01-15","at":"2024-01-15T08:00:00.123456Z"}
        {"uuid":"b","day":null,"at":"1999-12-31T23:59:59.999999Z"}
        """;

    [Fact]
    public async Task LocalWarehouse_JavaWrites_DuckDbReadsTheSame()
    {
        await CreateAndReadAsync(TableAddress.InRest(await shared.StartAsync(), "local_warehouse.t"));
        Assert.StartsWith("/", shared.Warehouse, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S3WarehouseAndCredential_JavaWrites_DuckDbAndClickHouseReadTheSame()
    {
        await using RestCatalogServer server = new() { Credential = "id:se cret", S3 = s3 };
        TableAddress table = TableAddress.InRest(await server.StartAsync(), "s3_warehouse.t");

        TableRows rows = await CreateAndReadAsync(table);

        string metadata = (await java.DescribeAsync(table)).GetProperty("metadata_location").GetString()!;
        Assert.StartsWith(server.Warehouse, metadata, StringComparison.Ordinal);
        TableAddress file = TableAddress.OnS3(s3, metadata);
        TableRows.AssertEqual(rows, await java.ReadAsync(file));
        TableRows.AssertEqual(rows, await duckDb.ReadAsync(file));
        TableAddress folder = TableAddress.OnS3(s3, metadata[..metadata.IndexOf("/metadata/", StringComparison.Ordinal)]);
        TableRows.AssertEqual(rows.Select("uuid", "at"), (await clickHouse.ReadAsync(folder)).Select("uuid", "at"));
    }

    [Fact]
    public async Task Fault_OfACommit_IsHitOnce()
    {
        await using RestCatalogServer server = new();
        TableAddress table = TableAddress.InRest(await server.StartAsync(), "faults.t");
        await CreateAndReadAsync(table);

        await server.FaultAsync("503-before", path: "/tables/t");
        IceCheckAnswer answer = await java.RunAsync("evolve", table, "--set", "a=b");
        JsonElement faults = await server.FaultsAsync();

        Assert.Equal(2, answer.ExitCode);
        Assert.Contains("CommitStateUnknownException", answer.Output, StringComparison.Ordinal);
        Assert.Contains("1", faults.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopAndRestart_ItsTablesAreThereStill()
    {
        await using RestCatalogServer server = new();
        TableAddress table = TableAddress.InRest(await server.StartAsync(), "restart.t");
        await CreateAndReadAsync(table);

        await server.StopAsync();
        Assert.Equal(2, (await java.RunAsync("count", table)).ExitCode);
        await server.RestartAsync();

        Assert.Equal(2, await java.CountAsync(table));
    }

    private async Task<TableRows> CreateAndReadAsync(TableAddress table)
    {
        await java.CreateAsync(table, Schema, "--partition", "bucket(4,uuid)");
        await java.AppendAsync(table, Rows);
        await java.VerifyAsync(table);
        TableRows rows = await java.ReadAsync(table);
        Assert.Equal(2, rows.Count);
        TableRows.AssertEqual(rows, await duckDb.ReadAsync(table));
        return rows;
    }
}
