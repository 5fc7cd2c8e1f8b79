using Sessionize.Iceberg;
using Sessionize.S3;

namespace Sessionize.Soak.Tests;

/// <summary>The table of a soak, and the servers behind it.</summary>
internal sealed class SoakPlace : IAsyncDisposable
{
    private const string TableName = "sessions.user_sessions";

    private readonly string _folder;

    private SoakPlace(SoakPlaceKind kind, string folder)
    {
        _folder = folder;
        if (kind == SoakPlaceKind.RestOnS3)
        {
            S3 = new S3Server();
            Catalog = new RestCatalogServer { S3 = S3 };
        }
    }

    /// <summary>The S3 server, if there is one.</summary>
    public S3Server? S3 { get; }

    /// <summary>The REST catalog, if there is one.</summary>
    public RestCatalogServer? Catalog { get; }

    /// <summary>How the tool is told of the place.</summary>
    public string[] Arguments => Catalog is null
        ? ["--table", TableName, "--warehouse", Warehouse]
        :
        [
            "--table", TableName, "--catalog", "rest", "--catalog-uri", Catalog.Uri, "--state", $"{Catalog.Warehouse}/_sessionize/state",
            .. S3!.Properties.SelectMany(pair => (string[])["--catalog-property", $"{pair.Key}={pair.Value}"]),
        ];

    /// <summary>Where late and bad events of a pipeline are.</summary>
    public string DeadLettersOf(string pipeline) =>
        Path.Combine(Catalog is null ? Path.Combine(Warehouse, "_sessionize", pipeline) : _folder, "dead-letters", $"{pipeline}.ndjson");

    /// <summary>How other programs find the table.</summary>
    public TableAddress Address => Catalog is null ? Path.Combine(Warehouse, TableName.Replace('.', '/')) : TableAddress.InRest(Catalog, TableName);

    private string Warehouse => Path.Combine(_folder, "warehouse");

    /// <summary>Starts what the place needs.</summary>
    public static async Task<SoakPlace> StartAsync(SoakPlaceKind kind, string folder)
    {
        SoakPlace place = new(kind, folder);
        if (place.Catalog is { } catalog)
        {
            await catalog.StartAsync();
        }

        return place;
    }

    /// <summary>How our own programs find the table.</summary>
    public IcebergTableOptions Options()
    {
        IcebergTableOptions options = new() { Name = TableName, Storages = { new S3FileStorageFactory() } };
        if (Catalog is null)
        {
            options.Warehouse = Warehouse;
            return options;
        }

        (options.Catalog, options.CatalogUri, options.Warehouse) = (IcebergCatalogKind.Rest, Catalog.Uri, Catalog.Warehouse);
        foreach ((string name, string value) in S3!.Properties)
        {
            options.CatalogProperties[name] = value;
        }

        return options;
    }

    public async ValueTask DisposeAsync()
    {
        if (Catalog is not null)
        {
            await Catalog.DisposeAsync();
            await S3!.DisposeAsync();
        }
    }
}
