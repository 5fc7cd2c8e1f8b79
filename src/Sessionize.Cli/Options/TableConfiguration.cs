using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Sessionize.Iceberg;

namespace Sessionize.Cli.Options;

/// <summary>Where tables are, from a JSON file or other settings, in the words of the command line.</summary>
internal static class TableConfiguration
{
    private const string Properties = "catalog-properties";

    // Each sets an option from a text, or says what it expects.
    private static readonly Dictionary<string, Func<IcebergTableOptions, string, string?>> s_settings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["warehouse"] = (options, text) => Set(() => options.Warehouse = text),
        ["catalog"] = SetCatalog,
        ["catalog-uri"] = (options, text) => Set(() => options.CatalogUri = text),
        ["catalog-name"] = (options, text) => Set(() => options.CatalogName = text),
    };

    /// <summary>The settings.</summary>
    public static IEnumerable<string> Names => [.. s_settings.Keys, Properties];

    /// <summary>Reads a file that has nothing else.</summary>
    /// <exception cref="SessionizeException">It cannot be read, is no JSON, or has a word that is none.</exception>
    public static void Read(string file, IcebergTableOptions options)
    {
        try
        {
            IConfiguration settings = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file)).Build();
            if (settings.GetChildren().FirstOrDefault(child => !Names.Contains(child.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            {
                throw new SessionizeException($"--config: '{file}' has '{unknown.Key}', which is no setting: write {string.Join(", ", Names.SkipLast(1))} or {Properties}.");
            }

            if (Apply(settings, options) is [var mistake, ..])
            {
                throw new SessionizeException($"--config: in '{file}' {mistake}");
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException(
                $"--config: '{file}' cannot be used: {(failure.InnerException ?? failure).Message.TrimEnd('.')}. It is a JSON object such as {{\"warehouse\": \"s3://lake/w\", \"catalog\": \"rest\"}}.", failure);
        }
    }

    /// <summary>Sets what the settings say.</summary>
    /// <returns>A sentence for every setting that cannot be used.</returns>
    public static IReadOnlyList<string> Apply(IConfiguration settings, IcebergTableOptions options)
    {
        List<string> mistakes = [];
        foreach ((string name, Func<IcebergTableOptions, string, string?> set) in s_settings)
        {
            if (settings[name] is { } text && set(options, text) is { } mistake)
            {
                mistakes.Add(mistake);
            }
        }

        foreach (IConfigurationSection property in settings.GetSection(Properties).GetChildren())
        {
            options.CatalogProperties[property.Key] = property.Value ?? "";
        }

        return mistakes;
    }

    private static string? Set(Action set)
    {
        set();
        return null;
    }

    private static string? SetCatalog(IcebergTableOptions options, string text)
    {
        IcebergCatalogKind? kind = text switch
        {
            "hadoop" => IcebergCatalogKind.Hadoop,
            "sql" => IcebergCatalogKind.Sql,
            "rest" => IcebergCatalogKind.Rest,
            _ => null,
        };
        options.Catalog = kind ?? options.Catalog;
        return kind is null ? $"the catalog is '{text}': write hadoop, sql or rest." : null;
    }
}
