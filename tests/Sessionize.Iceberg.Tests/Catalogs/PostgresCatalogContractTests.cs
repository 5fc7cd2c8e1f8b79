using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

public sealed class PostgresCatalogContractTests : CatalogContract, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private PostgresServer? _server;

    public async ValueTask InitializeAsync() => _server = await PostgresServer.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected override ValueTask<IIcebergCatalog> OpenAsync() => new(new SqlCatalog(
        SqlUri.Open(_server!.Uri, new Dictionary<string, string>()), new LocalFileStorage(), "test", _folder.File("warehouse"), TimeProvider.System));
}
