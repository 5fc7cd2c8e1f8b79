using Sessionize.Iceberg;

namespace Sessionize.Cli.Commands;

/// <summary>Where a pipeline of the tool keeps what is not in the table.</summary>
/// <param name="State">The folder of its state.</param>
/// <param name="DeadLetters">The file of late and bad events.</param>
internal sealed record PipelinePlaces(string State, string DeadLetters)
{
    private const string Folder = "_sessionize";

    /// <summary>The places, beside the warehouse's tables unless the options say otherwise.</summary>
    /// <exception cref="SessionizationConfigurationException">Nothing says where the state is to be.</exception>
    public static PipelinePlaces Of(SessionizationDefinition definition, IcebergTableOptions table)
    {
        string root = $"{table.Warehouse.TrimEnd('/')}/{Folder}/{definition.Name}";
        if (definition.Options.State.Location is null && table.Catalog == IcebergCatalogKind.Rest && !IsLocation(table.Warehouse))
        {
            throw new SessionizationConfigurationException(
                definition.Name, ["--state is not given, and the warehouse of a REST catalog may be a name: give a folder or a URI such as s3://bucket/state/clicks."]);
        }

        string state = definition.Options.State.Location ?? $"{root}/state";
        return new PipelinePlaces(
            state,
            IsRemote(state) ? Path.Combine("dead-letters", $"{definition.Name}.ndjson") : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(state))!, "dead-letters", $"{definition.Name}.ndjson"));
    }

    private static bool IsLocation(string warehouse) => warehouse.Contains('/', StringComparison.Ordinal);

    private static bool IsRemote(string location) => location.Contains("://", StringComparison.Ordinal) && !location.StartsWith("file://", StringComparison.Ordinal);
}
