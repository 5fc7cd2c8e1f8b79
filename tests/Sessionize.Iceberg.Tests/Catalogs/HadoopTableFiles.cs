using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>A table of the Hadoop catalog in a folder, whose metadata files are looked at and tampered with.</summary>
internal sealed class HadoopTableFiles : IAsyncDisposable
{
    private readonly TemporaryFolder _warehouse = new();

    public HadoopTableFiles() => Catalog = Open(new LocalFileStorage());

    /// <summary>The table's name.</summary>
    public static TableName Name { get; } = new(["sessions"], "t");

    /// <summary>A catalog over the folder.</summary>
    public HadoopCatalog Catalog { get; }

    /// <summary>The folder of the warehouse.</summary>
    public string Warehouse => _warehouse.Path;

    /// <summary>The folder of the metadata files.</summary>
    public string Metadata => Path.Combine(Warehouse, "sessions", "t", "metadata");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>One more catalog over the folder.</summary>
    public HadoopCatalog Open(IFileStorage storage) => new(storage, Warehouse, TimeProvider.System);

    /// <summary>The path of a file beside the metadata.</summary>
    public string PathOf(string name) => Path.Combine(Metadata, name);

    /// <summary>The names of all files beside the metadata, in order.</summary>
    public string[] Names() => [.. Directory.EnumerateFileSystemEntries(Metadata).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];

    /// <summary>Replaces the hint; <see langword="null"/>: there is none.</summary>
    public void WriteHint(string? hint)
    {
        File.Delete(PathOf("version-hint.text"));
        if (hint is not null)
        {
            File.WriteAllText(PathOf("version-hint.text"), hint);
        }
    }

    /// <summary>Loads the table, which is there.</summary>
    public async Task<CatalogTable> LoadAsync() => Assert.IsType<CatalogTable>(await Catalog.LoadAsync(Name, Token));

    /// <summary>Creates the table.</summary>
    public async Task<CatalogTable> CreateAsync(params (string Name, string Value)[] properties) =>
        Assert.IsType<CatalogTable>(await Catalog.CreateAsync(Name, CatalogContractParts.Creation(properties), Token));

    /// <summary>Creates the table, and commits until it has so many metadata files; each says its number in the property <c>version</c>.</summary>
    public async Task<CatalogTable> WriteVersionsAsync(int count)
    {
        CatalogTable table = await CreateAsync(("version", "1"));
        for (int version = 2; version <= count; version++)
        {
            table = (await SetAsync(table, version)).Table!;
        }

        return table;
    }

    /// <summary>Commits the property <c>version</c>.</summary>
    public async Task<CatalogCommit> SetAsync(CatalogTable table, int version, HadoopCatalog? catalog = null) =>
        await (catalog ?? Catalog).CommitAsync(table, [], [CatalogContractParts.Properties("version", $"{version}")], Token);

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        _warehouse.Dispose();
    }
}
