using Sessionize.Iceberg.Tests.Support;

namespace Sessionize.Iceberg.Tests.Tool;

/// <summary>The tool's options for a place.</summary>
internal static class TableArguments
{
    public static string[] Of(TablePlace place)
    {
        IcebergTableOptions options = place.Options();
        List<string> arguments = ["--catalog", $"{options.Catalog}".ToLowerInvariant()];
        if (options.Catalog != IcebergCatalogKind.Rest)
        {
            arguments.AddRange("--warehouse", options.Warehouse);
        }

        if (options.CatalogUri is { } uri)
        {
            arguments.AddRange("--catalog-uri", uri);
        }

        foreach ((string name, string value) in options.CatalogProperties)
        {
            arguments.AddRange("--catalog-property", $"{name}={value}");
        }

        return [.. arguments];
    }
}
