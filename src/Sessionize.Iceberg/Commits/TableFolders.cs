using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>Where files of a table and beside it lie.</summary>
internal static class TableFolders
{
    /// <summary>Where manifests and manifest lists lie.</summary>
    public static string Metadata(CatalogTable table) =>
        (new TableProperties(table.Metadata).MetadataLocation ?? table.Metadata.Location.TrimEnd('/') + "/metadata").TrimEnd('/');

    /// <summary>Where files of a pipeline lie: in the warehouse, outside of every table, whose orphan removal would delete them.</summary>
    public static string Pipeline(CatalogTable table, string pipeline) => $"{Warehouse(table)}/_sessionize/{pipeline}";

    private static string Warehouse(CatalogTable table)
    {
        string location = table.Metadata.Location.TrimEnd('/');
        string path = string.Concat(table.Name.Namespace.Append(table.Name.Name).Select(level => "/" + level));

        // A catalog may lay tables out otherwise: then beside the table's folder.
        return location.EndsWith(path, StringComparison.Ordinal) ? location[..^path.Length] : location[..location.LastIndexOf('/')];
    }
}
