using System.Text.Json;
using Sessionize.Iceberg;

namespace Sessionize.Cli.Options;

/// <summary>Reads where tables are from a JSON file, in the words of the command line.</summary>
internal static class TableConfiguration
{
    private static readonly JsonDocumentOptions s_json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads a file.</summary>
    /// <exception cref="SessionizeException">It cannot be read, is no JSON, or has a word that is none.</exception>
    public static void Read(string file, IcebergTableOptions options)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file), s_json);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                Take(file, property, options);
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException(
                $"--config: '{file}' cannot be used: {failure.Message.TrimEnd('.')}. It is a JSON object such as {{\"warehouse\": \"s3://lake/w\", \"catalog\": \"rest\"}}.", failure);
        }
    }

    private static void Take(string file, JsonProperty property, IcebergTableOptions options)
    {
        switch (property.Name)
        {
            case "warehouse":
                options.Warehouse = property.Value.GetString() ?? options.Warehouse;
                break;
            case "catalog":
                options.Catalog = property.Value.GetString() switch
                {
                    "hadoop" => IcebergCatalogKind.Hadoop,
                    "sql" => IcebergCatalogKind.Sql,
                    "rest" => IcebergCatalogKind.Rest,
                    var other => throw new SessionizeException($"--config: in '{file}' the catalog is '{other}': write hadoop, sql or rest."),
                };
                break;
            case "catalog-uri":
                options.CatalogUri = property.Value.GetString();
                break;
            case "catalog-name":
                options.CatalogName = property.Value.GetString() ?? options.CatalogName;
                break;
            case "catalog-properties":
                foreach (JsonProperty setting in property.Value.EnumerateObject())
                {
                    options.CatalogProperties[setting.Name] = setting.Value.GetString() ?? "";
                }

                break;
            default:
                throw new SessionizeException(
                    $"--config: '{file}' has '{property.Name}', which is no setting: write warehouse, catalog, catalog-uri, catalog-name or catalog-properties.");
        }
    }
}
