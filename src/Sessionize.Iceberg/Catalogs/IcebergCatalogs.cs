using Sessionize.Iceberg.Catalogs.Rest;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>Chooses the catalog that options ask for.</summary>
internal static class IcebergCatalogs
{
    /// <summary>Opens a catalog. Nothing is connected to before its first use.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="clock">Tells when metadata is written, and measures time limits.</param>
    /// <returns>The catalog, to be disposed by the caller, and the table's name in it.</returns>
    /// <exception cref="ArgumentException">An option has a value that cannot be used, or does not go with another; the message names both and the remedy.</exception>
    public static (IIcebergCatalog Catalog, TableName Name) Open(IcebergTableOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Name))
        {
            throw new ArgumentException("Name is empty: write NAMESPACE.NAME, such as sessions.user_sessions, or a table's folder.");
        }

        if (IsFolder(options.Name))
        {
            return OpenFolder(options, clock);
        }

        TableName name = TableName.Parse(options.Name);
        return (options.Catalog switch
        {
            IcebergCatalogKind.Hadoop => OpenHadoop(options, clock),
            IcebergCatalogKind.Sql => OpenSql(options, clock),
            IcebergCatalogKind.Rest => OpenRest(options, clock),
            _ => throw new ArgumentException($"Catalog is {options.Catalog}, which there is not: choose Hadoop, Sql or Rest."),
        }, name);
    }

    /// <summary>Whether a table's name is a folder: a path with a slash, or a URI.</summary>
    public static bool IsFolder(string name) => name.IndexOfAny(['/', '\\']) >= 0 || FileLocations.Scheme(name) is not null;

    private static (IIcebergCatalog Catalog, TableName Name) OpenFolder(IcebergTableOptions options, TimeProvider clock)
    {
        if (options.Catalog != IcebergCatalogKind.Hadoop)
        {
            throw new ArgumentException(
                $"Name is '{options.Name}', a folder, and Catalog is {options.Catalog}, which knows tables by their names: write NAMESPACE.NAME, or choose Hadoop.");
        }

        NoUri(options);
        string folder = Place("Name", options.Name, options);
        string[] parts = folder[(folder.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        TableName name = parts.Length >= 2
            ? new TableName([parts[^2]], parts[^1])
            : throw new ArgumentException($"Name is '{options.Name}', which is no folder of a table: name one below it.");
        return (HadoopCatalog.OfFolder(Storage(options), folder, clock), name);
    }

    private static HadoopCatalog OpenHadoop(IcebergTableOptions options, TimeProvider clock)
    {
        NoUri(options);
        return new HadoopCatalog(Storage(options), Place("Warehouse", options.Warehouse, options), clock);
    }

    private static SqlCatalog OpenSql(IcebergTableOptions options, TimeProvider clock)
    {
        if (string.IsNullOrWhiteSpace(options.CatalogUri))
        {
            throw new ArgumentException("Catalog is Sql, and CatalogUri is not set: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
        }

        if (string.IsNullOrWhiteSpace(options.CatalogName))
        {
            throw new ArgumentException("CatalogName is empty: set the name that the catalog's rows have; readers have to use the same.");
        }

        string warehouse = Place("Warehouse", options.Warehouse, options);
        return new SqlCatalog(SqlUri.Open(options.CatalogUri, Properties(options)), Storage(options), options.CatalogName, warehouse, clock);
    }

    private static RestCatalog OpenRest(IcebergTableOptions options, TimeProvider clock)
    {
        if (string.IsNullOrWhiteSpace(options.CatalogUri) && !options.CatalogProperties.ContainsKey("uri"))
        {
            throw new ArgumentException("Catalog is Rest, and CatalogUri is not set: write the server's URL, such as https://host:8181.");
        }

        return RestCatalog.Create(options, clock);
    }

    private static void NoUri(IcebergTableOptions options)
    {
        if (!string.IsNullOrWhiteSpace(options.CatalogUri))
        {
            throw new ArgumentException(
                $"CatalogUri is '{SqlUri.WithoutPassword(options.CatalogUri)}', and Catalog is Hadoop, which has none: choose Sql or Rest, or set Warehouse alone.");
        }
    }

    /// <summary>A place that some storage reads.</summary>
    private static string Place(string option, string location, IcebergTableOptions options)
    {
        if (string.IsNullOrWhiteSpace(location))
        {
            throw new ArgumentException($"{option} is empty: set a folder, or a location such as s3://bucket/warehouse.");
        }

        if (FileLocations.IsLocal(location))
        {
            FileLocations.ToPath(location);
        }
        else if (!options.Storages.Any(factory => factory.Handles(location)))
        {
            throw new ArgumentException(
                $"{option} is '{location}', and no storage in Storages reads '{FileLocations.Scheme(location)}:'"
                    + $"{(FileLocations.IsS3(location) ? ": add S3FileStorageFactory of the package Sessionize.S3" : ": add one that does")}, or set a local folder.");
        }

        return FileLocations.Absolute(location);
    }

    private static SchemeFileStorage Storage(IcebergTableOptions options) => new(options.Storages, Properties(options));

    private static Dictionary<string, string> Properties(IcebergTableOptions options) => new(options.CatalogProperties, StringComparer.Ordinal);
}
