using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Sessionize.Iceberg.Tests.Support;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>The contract over Iceberg's own REST server.</summary>
public sealed class RestCatalogContractTests(RestCatalogServer server) : CatalogContract
{
    private readonly string _place = $"contract-{Guid.NewGuid():N}";

    // Its HTTP server, Jetty, takes an encoded percent sign in a path for an attack.
    protected override bool TakesName(string odd) => !odd.Contains('%', StringComparison.Ordinal);

    private protected override async ValueTask<IIcebergCatalog> OpenAsync()
    {
        await server.StartAsync();
        IcebergTableOptions options = new() { Catalog = IcebergCatalogKind.Rest, CatalogUri = server.Uri };
        return new NamespacedCatalog(RestCatalog.Create(options, TimeProvider.System), _place);
    }
}
