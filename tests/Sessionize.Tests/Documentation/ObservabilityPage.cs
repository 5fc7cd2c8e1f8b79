namespace Sessionize.Tests.Documentation;

/// <summary>What docs/guides/observability.md says of the instruments.</summary>
internal static class ObservabilityPage
{
    /// <summary>The rows of the table of instruments; spans have a table of their own, under a heading further down.</summary>
    public static IReadOnlyList<string> Instruments { get; } =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs/guides/observability.md"))
            .TakeWhile(line => line != "## Traces")
            .Where(line => line.StartsWith("| `sessionize.", StringComparison.Ordinal)),
    ];
}
