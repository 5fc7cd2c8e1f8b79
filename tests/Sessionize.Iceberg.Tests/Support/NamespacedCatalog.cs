using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>A part of a catalog that many tests share: all names lie in one namespace of it, of which the test knows nothing.</summary>
internal sealed class NamespacedCatalog(IIcebergCatalog catalog, string place) : IIcebergCatalog
{
    public string Description => catalog.Description;

    public ValueTask PrepareWritingAsync(CancellationToken cancellationToken) => catalog.PrepareWritingAsync(cancellationToken);

    public async ValueTask<CatalogTable?> LoadAsync(TableName name, CancellationToken cancellationToken) =>
        await catalog.LoadAsync(Inner(name), cancellationToken) is { } table ? table with { Name = name } : null;

    public async ValueTask<CatalogTable?> CreateAsync(TableName name, TableCreation creation, CancellationToken cancellationToken) =>
        await catalog.CreateAsync(Inner(name), creation, cancellationToken) is { } table ? table with { Name = name } : null;

    public async ValueTask<CatalogCommit> CommitAsync(
        CatalogTable table, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates, CancellationToken cancellationToken)
    {
        CatalogCommit commit = await catalog.CommitAsync(table with { Name = Inner(table.Name) }, requirements, updates, cancellationToken);
        return commit with { Table = commit.Table is { } changed ? changed with { Name = table.Name } : null };
    }

    public ValueTask DisposeAsync() => catalog.DisposeAsync();

    private TableName Inner(TableName name) => name with { Namespace = [place, .. name.Namespace] };
}
