using System.Text;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>What the tests of a REST catalog over a stub have in common.</summary>
public abstract class RestStubTests
{
    private protected const string TablePath = "/v1/namespaces/sessions/tables/t";

    private protected static readonly TableName s_name = new(["sessions"], "t");

    private protected ImmediateClock Clock { get; } = new();

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected RestCatalog Open(RestStub stub, IReadOnlyList<(string Name, string Value)>? properties = null, IFileStorageFactory? storages = null, string? warehouse = null)
    {
        IcebergTableOptions options = new() { Catalog = IcebergCatalogKind.Rest, CatalogUri = stub.Uri };
        options.Warehouse = warehouse ?? options.Warehouse;

        // Longer than what is over at once by the clock of the tests.
        options.CatalogProperties["rest.client.socket-timeout-ms"] = "600000";
        foreach ((string name, string value) in properties ?? [])
        {
            options.CatalogProperties[name] = value;
        }

        if (storages is not null)
        {
            options.Storages.Add(storages);
        }

        return RestCatalog.Create(options, Clock);
    }

    private protected static TableCreation Creation() => new(
        new IcebergSchema(0, [new IcebergField(1, "uuid", new PrimitiveType(PrimitiveKind.String), IsRequired: true)]),
        new PartitionSpec(0, []),
        new SortOrder(0, []),
        new Dictionary<string, string>());

    /// <summary>A table as a server sends it.</summary>
    /// <param name="location">Where it lies.</param>
    /// <param name="more">More fields, with a comma before them.</param>
    private protected static StubReply Table(string location = "/nowhere/t", string more = "")
    {
        TableMetadata metadata = TableMetadataChanges.Create(Creation(), location, "11111111-2222-3333-4444-555555555555", 1_700_000_000_000);
        string json = Encoding.UTF8.GetString(TableMetadataJson.Write(metadata));
        return new StubReply(200, $$$"""{"metadata-location":"{{{location}}}/metadata/0.metadata.json","metadata":{{{json}}}{{{more}}}}""");
    }

    private protected static StubReply MissingTable() => StubReply.Error(404, "NoSuchTableException", "Table does not exist: sessions.t");

    private protected static async Task<CatalogTable> LoadAsync(RestCatalog catalog) => Assert.IsType<CatalogTable>(await catalog.LoadAsync(s_name, Token));

    /// <summary>Commits something to a table that the stub has.</summary>
    private protected static async Task<CatalogCommit> CommitAsync(RestCatalog catalog) => await catalog.CommitAsync(
        await LoadAsync(catalog), [], [new TableUpdate.SetProperties(new Dictionary<string, string> { ["a"] = "b" })], Token);
}
