using Sessionize.Iceberg.Catalogs;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Catalogs;

public sealed class HadoopCatalogContractTests : CatalogContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override ValueTask<IIcebergCatalog> OpenAsync() =>
        new(new HadoopCatalog(new LocalFileStorage(), _folder.File("warehouse"), TimeProvider.System));
}
