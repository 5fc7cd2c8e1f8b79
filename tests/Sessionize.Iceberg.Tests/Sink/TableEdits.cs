using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Changes of tables that others could make.</summary>
internal static class TableEdits
{
    public static Task RemoveTagAsync(TablePlace place, string tag) => CommitAsync(place, new TableUpdate.RemoveRef(tag));

    public static async Task CommitAsync(TablePlace place, params TableUpdate[] updates)
    {
        IcebergTableOptions options = place.Options();
        await using IIcebergCatalog catalog = IcebergCatalogs.Open(options, TimeProvider.System).Catalog;
        CatalogTable table = Assert.IsType<CatalogTable>(await catalog.LoadAsync(TableName.Parse(options.Name), TestContext.Current.CancellationToken));
        CatalogCommit outcome = await catalog.CommitAsync(table, [], updates, TestContext.Current.CancellationToken);
        Assert.Equal(CatalogCommitOutcome.Committed, outcome.Outcome);
    }
}
