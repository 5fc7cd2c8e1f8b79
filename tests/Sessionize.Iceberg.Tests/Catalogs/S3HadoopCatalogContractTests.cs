using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.S3;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

public sealed class S3HadoopCatalogContractTests(S3Server server) : CatalogContract, IAsyncLifetime
{
    private string? _warehouse;

    public async ValueTask InitializeAsync() => _warehouse = (await server.StartAsync()).NewLocation();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected override ValueTask<IIcebergCatalog> OpenAsync() => new(new HadoopCatalog(new S3FileStorage(server.Properties), _warehouse!, TimeProvider.System));
}
