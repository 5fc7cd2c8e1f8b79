using Sessionize.Iceberg.Catalogs;
using Sessionize.S3;
using Xunit;

namespace Sessionize.Iceberg.Tests;

/// <summary>The three lines by which a table goes to an object store; the page of the package shows them.</summary>
public sealed class ObjectStoreOptionsTests
{
    [Fact]
    public async Task Open_WarehouseOnS3_IsConnectedToNothing()
    {
        IcebergTableOptions table = new();
        table.Warehouse = "s3://bucket/warehouse";
        table.Storages.Add(new S3FileStorageFactory());
        table.CatalogProperties["s3.endpoint"] = "http://127.0.0.1:9000";   // none: Amazon's own

        (IIcebergCatalog catalog, TableName name) = IcebergCatalogs.Open(table, TimeProvider.System);

        Assert.Equal("sessions.user_sessions", $"{name}");
        Assert.Contains("s3://bucket/warehouse", catalog.Description, StringComparison.Ordinal);
        await catalog.DisposeAsync();
    }
}
