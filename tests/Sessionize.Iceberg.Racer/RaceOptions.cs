using System.Globalization;
using Sessionize.S3;

namespace Sessionize.Iceberg.Racer;

/// <summary>What a racer does: <c>KEY=VALUE</c> on its command line.</summary>
/// <param name="Table">The table; keys <c>name</c>, <c>warehouse</c>, <c>catalog</c>, <c>uri</c>, and <c>property.NAME</c> of catalog or storage.</param>
/// <param name="Lane">The lane that it commits for (<c>lane</c>).</param>
/// <param name="Commits">How many commits it makes (<c>commits</c>).</param>
/// <param name="RowsPerCommit">The sessions of each (<c>rows</c>).</param>
internal sealed record RaceOptions(IcebergTableOptions Table, int Lane, int Commits, int RowsPerCommit)
{
    /// <summary>Reads the command line.</summary>
    public static RaceOptions Read(string[] arguments)
    {
        Dictionary<string, string> values = arguments.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        IcebergTableOptions table = new()
        {
            Name = values["name"],
            Warehouse = values.GetValueOrDefault("warehouse", "warehouse"),
            Catalog = Enum.Parse<IcebergCatalogKind>(values.GetValueOrDefault("catalog", "Hadoop"), ignoreCase: true),
            CatalogUri = values.GetValueOrDefault("uri"),
            Storages = { new S3FileStorageFactory() },
        };
        const string Property = "property.";
        foreach ((string key, string value) in values.Where(pair => pair.Key.StartsWith(Property, StringComparison.Ordinal)))
        {
            table.CatalogProperties[key[Property.Length..]] = value;
        }

        return new RaceOptions(table, Number("lane", 0), Number("commits", 1), Number("rows", 3));

        int Number(string key, int fallback) => values.TryGetValue(key, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
    }
}
