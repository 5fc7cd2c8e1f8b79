namespace Sessionize.Iceberg.Catalogs;

/// <summary>How a commit ended whose outcome is known.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Table">The table as it is now, if it was committed.</param>
/// <param name="Reason">What a refusal says, for people.</param>
/// <param name="Failure">What went wrong before anything was sent; only with <see cref="CatalogCommitOutcome.NotSent"/>.</param>
internal sealed record CatalogCommit(CatalogCommitOutcome Outcome, CatalogTable? Table, string? Reason = null, SessionizeException? Failure = null)
{
    /// <summary>Whether the same commit may be sent later, where it was not.</summary>
    public bool IsTransient => Failure?.IsTransient == true;

    /// <summary>A commit that never went out.</summary>
    public static CatalogCommit NotSent(SessionizeException failure) => new(CatalogCommitOutcome.NotSent, null, failure.Message, failure);
}
