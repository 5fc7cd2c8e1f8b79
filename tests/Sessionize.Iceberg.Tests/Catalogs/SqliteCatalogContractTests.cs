using Sessionize.Iceberg.Catalogs;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Catalogs;

public sealed class SqliteCatalogContractTests : CatalogContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override ValueTask<IIcebergCatalog> OpenAsync() => new(new SqlCatalog(
        new SqliteDatabase(_folder.File("new/catalog.db")), new LocalFileStorage(), "test", _folder.File("warehouse"), TimeProvider.System));
}
