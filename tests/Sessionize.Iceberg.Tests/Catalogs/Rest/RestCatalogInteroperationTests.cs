using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.S3;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>Iceberg's own client works on the same tables through the same server, before, between and while we do.</summary>
public sealed class RestCatalogInteroperationTests(RestCatalogServer local, S3Server s3, IceCheck java, DuckDbIceberg duckDb)
{
    private const string Rows = """
        {"uuid":"用户-42","at":"2024-01-15T08:00:00Z"}
        {"uuid":"b","at":"2024-01-16T08:00:00Z"}
        """;

    private const string Schema = """
        {"type":"struct","fields":[{"id":1,"name":"uuid","required":true,"type":"string"},{"id":2,"name":"at","required":false,"type":"timestamptz"}]}
        """;

    private const int Commits = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LocalWarehouse_OurTable_IsJavasAndDuckDbs()
    {
        await local.StartAsync();
        await using RestCatalog catalog = Open(local);
        TableName name = NewName();
        Assert.NotNull(await catalog.CreateAsync(name, Creation(), Token));
        await TakeTurnsAsync(catalog, name, TableAddress.InRest(local, name.ToString()));
    }

    [Fact]
    public async Task S3WarehouseAndCredential_OurTable_IsJavasAndDuckDbs()
    {
        await using RestCatalogServer server = new() { Credential = "id:secret", S3 = s3 };
        await server.StartAsync();
        await using RestCatalog catalog = Open(server);
        TableName name = NewName();
        CatalogTable created = (await catalog.CreateAsync(name, Creation(), Token))!;

        Assert.StartsWith("s3://", created.Metadata.Location, StringComparison.Ordinal);
        await TakeTurnsAsync(catalog, name, TableAddress.InRest(server, name.ToString()));
    }

    [Fact]
    public async Task LocalWarehouse_TableOfJava_IsOurs()
    {
        await local.StartAsync();
        await using RestCatalog catalog = Open(local);
        TableName name = NewName();
        TableAddress address = TableAddress.InRest(local, name.ToString());
        await java.CreateAsync(address, Schema, "--partition", "day(at)", "--sort", "uuid");
        Assert.Null(await catalog.CreateAsync(name, Creation(), Token));
        await TakeTurnsAsync(catalog, name, address);
    }

    [Fact]
    public async Task CommitAsync_WhileJavaCommits_NothingIsLost()
    {
        await local.StartAsync();
        await using RestCatalog catalog = Open(local);
        TableName name = NewName();
        TableAddress address = TableAddress.InRest(local, name.ToString());
        await java.CreateAsync(address, Schema, "--table-props", "commit.retry.num-retries=50");

        Task theirs = java.AppendAsync(address, Rows, "--commits", $"{Commits}", "--fast");
        for (int commit = 0; commit < Commits; commit++)
        {
            while (await SetAsync(catalog, name, $"ours-{commit}") != CatalogCommitOutcome.Committed)
            {
            }
        }

        await theirs;
        TableMetadata metadata = (await catalog.LoadAsync(name, Token))!.Metadata;
        Assert.Equal(Commits, metadata.Snapshots.Count);
        Assert.Equal(Commits, metadata.Properties.Keys.Count(key => key.StartsWith("ours-", StringComparison.Ordinal)));
        await java.VerifyAsync(address);
    }

    // One level: DuckDB separates several by %1F, whatever the server says, and Jetty takes that for an attack.
    private static TableName NewName() => new([$"interoperation_{Guid.NewGuid():N}"], "t");

    private static TableCreation Creation() => new(
        new IcebergSchema(0,
        [
            new IcebergField(1, "uuid", new PrimitiveType(PrimitiveKind.String), IsRequired: true),
            new IcebergField(2, "at", new PrimitiveType(PrimitiveKind.TimestampTz), IsRequired: false),
        ]),
        new PartitionSpec(0, [new PartitionField(2, 1000, "at_day", new Transform(TransformKind.Day))]),
        new SortOrder(1, [new SortField(1, new Transform(TransformKind.Identity), IsDescending: false, NullsFirst: true)]),
        new Dictionary<string, string> { ["owner"] = "größe" });

    private static RestCatalog Open(RestCatalogServer server)
    {
        IcebergTableOptions options = new() { Catalog = IcebergCatalogKind.Rest, CatalogUri = server.Uri };
        options.Storages.Add(new S3FileStorageFactory());
        if (server.Credential is { } credential)
        {
            options.CatalogProperties["credential"] = credential;
        }

        return RestCatalog.Create(options, TimeProvider.System);
    }

    private static async Task<CatalogCommitOutcome> SetAsync(RestCatalog catalog, TableName name, string property)
    {
        CatalogTable table = (await catalog.LoadAsync(name, Token))!;
        CatalogCommit commit = await catalog.CommitAsync(
            table,
            [new TableRequirement.SameTable(table.Metadata.TableUuid), new TableRequirement.RefIs(SnapshotRef.Main, table.Metadata.CurrentSnapshotId)],
            [new TableUpdate.SetProperties(new Dictionary<string, string> { [property] = "1" })],
            Token);
        return commit.Outcome;
    }

    private async Task TakeTurnsAsync(RestCatalog catalog, TableName name, TableAddress address)
    {
        CatalogTable empty = (await catalog.LoadAsync(name, Token))!;
        await java.AppendAsync(address, Rows);

        // What Java wrote is read with the settings that the server gives.
        CatalogTable first = (await catalog.LoadAsync(name, Token))!;
        Assert.Equal(empty.Metadata.TableUuid, first.Metadata.TableUuid);
        Snapshot snapshot = first.Metadata.CurrentSnapshot!;
        ReadOnlyMemory<byte> manifestList = (await first.Storage.TryReadAsync(snapshot.ManifestList!, Token))!.Value;
        Assert.Equal("Obj\u0001"u8, manifestList.Span[..4]);

        TableUpdate.SetProperties late = new(new Dictionary<string, string> { ["late"] = "1" });
        CatalogCommit stale = await catalog.CommitAsync(empty, [new TableRequirement.RefIs(SnapshotRef.Main, null)], [late], Token);
        Assert.Equal(CatalogCommitOutcome.Conflict, stale.Outcome);
        Assert.Equal(CatalogCommitOutcome.Committed, await SetAsync(catalog, name, "ours"));

        IcebergSchema before = first.Metadata.CurrentSchema;
        int id = first.Metadata.LastColumnId + 1;
        CatalogCommit evolved = await catalog.CommitAsync(
            first,
            [new TableRequirement.CurrentSchemaIs(before.Id), new TableRequirement.LastColumnIs(first.Metadata.LastColumnId)],
            [
                new TableUpdate.AddSchema(new IcebergSchema(before.Id + 1, [.. before.Fields, new IcebergField(id, "entry_page", new PrimitiveType(PrimitiveKind.String), IsRequired: false)])),
                new TableUpdate.SetCurrentSchema(TableUpdate.Last),
            ],
            Token);
        Assert.Equal(CatalogCommitOutcome.Committed, evolved.Outcome);
        await java.AppendAsync(address, """{"uuid":"c","at":"2024-01-17T08:00:00Z","entry_page":"home"}""");

        Assert.Equal("1", (await java.DescribeAsync(address)).GetProperty("properties").GetProperty("ours").GetString());
        Assert.Equal(2, (await catalog.LoadAsync(name, Token))!.Metadata.Snapshots.Count);
        TableRows rows = await java.ReadAsync(address);
        Assert.Equal(3, rows.Count);
        Assert.Single(rows.Column("entry_page"), page => page.GetString() == "home");
        TableRows.AssertEqual(rows, await duckDb.ReadAsync(address));
        await java.VerifyAsync(address);
    }
}
