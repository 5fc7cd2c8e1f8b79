using System.CommandLine;
using Sessionize.Cli.Output;
using Sessionize.Iceberg;
using Sessionize.S3;

namespace Sessionize.Cli.Options;

/// <summary>The options that say where Iceberg tables are.</summary>
internal sealed class TableOptions
{
    /// <summary>Names the warehouse where <c>--warehouse</c> does not.</summary>
    public const string WarehouseVariable = "ICEBERG_WAREHOUSE";

    private readonly Option<string> _warehouse = OptionParsing.Text(
        "--warehouse", "location", $"Where tables lie: a folder or a URI. The variable {WarehouseVariable}, or the folder 'warehouse', by default.");

    private readonly Option<IcebergCatalogKind?> _catalog = OptionParsing.Choice<IcebergCatalogKind?>(
        "--catalog",
        "Who knows the current state of a table: its folder, a SQL database, or a REST server; hadoop by default.",
        ("hadoop", IcebergCatalogKind.Hadoop), ("sql", IcebergCatalogKind.Sql), ("rest", IcebergCatalogKind.Rest));

    private readonly Option<string> _uri = OptionParsing.Text(
        "--catalog-uri", "uri", "Where the catalog is: sqlite:///FILE, postgresql://USER:PASSWORD@HOST:PORT/DATABASE, http://… or https://….");

    private readonly Option<string> _name = OptionParsing.Text(
        "--catalog-name", "name", "The name that a SQL catalog's rows have; sessionize by default.");

    private readonly Option<string[]> _properties = new("--catalog-property")
    {
        Description = "A setting of catalog or storage by its name in Iceberg, such as credential=ID:SECRET or s3.endpoint=http://…; may be repeated.",
        HelpName = "name=value",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string> _config = OptionParsing.Text(
        "--config", "file", "A JSON file with warehouse, catalog, catalog-uri, catalog-name and catalog-properties; the options of the command line win.");

    public TableOptions() => _properties.Validators.Add(result =>
    {
        foreach (string text in result.Tokens.Select(token => token.Value).Where(text => text.IndexOf('=', StringComparison.Ordinal) < 1))
        {
            // What stands there may be a secret.
            result.AddError($"--catalog-property: '{TerminalText.Safe(text, 12)}' has no name before an equals sign: write NAME=VALUE, such as s3.region=eu-central-1.");
        }
    });

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_warehouse, _catalog, _uri, _name, _properties, _config])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="table">The table: NAMESPACE.NAME, or a folder.</param>
    public IcebergTableOptions Read(ParseResult parsed, string table)
    {
        IcebergTableOptions options = new() { Name = table, Storages = { new S3FileStorageFactory() } };
        if (ConfigurationOf(parsed) is { } file)
        {
            TableConfiguration.Read(file, options);
        }

        ApplyTo(options, parsed);
        return options;
    }

    /// <summary>The file of settings, if one is named.</summary>
    public string? ConfigurationOf(ParseResult parsed) => parsed.GetValue(_config);

    /// <summary>Sets what the command line and the environment say; everything else stays as it is.</summary>
    public void ApplyTo(IcebergTableOptions options, ParseResult parsed)
    {
        string? fromVariable = Environment.GetEnvironmentVariable(WarehouseVariable);
        options.Warehouse = parsed.GetValue(_warehouse) ?? (string.IsNullOrEmpty(fromVariable) ? options.Warehouse : fromVariable);
        options.Catalog = parsed.GetValue(_catalog) ?? options.Catalog;
        options.CatalogUri = parsed.GetValue(_uri) ?? options.CatalogUri;
        options.CatalogName = parsed.GetValue(_name) ?? options.CatalogName;
        foreach (string property in parsed.GetValue(_properties) ?? [])
        {
            int equals = property.IndexOf('=', StringComparison.Ordinal);
            options.CatalogProperties[property[..equals]] = property[(equals + 1)..];
        }
    }
}
