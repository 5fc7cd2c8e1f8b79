namespace Sessionize.Iceberg.Catalogs;

/// <summary>How a commit ended whose outcome is known.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Table">The table as it is now, if it was committed.</param>
/// <param name="Reason">What a refusal says, for people.</param>
internal sealed record CatalogCommit(CatalogCommitOutcome Outcome, CatalogTable? Table, string? Reason = null);
