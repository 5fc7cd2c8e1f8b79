using Sessionize.Iceberg.Catalogs;

namespace Sessionize.Iceberg.Commits;

/// <summary>Says, for the table as it is at each try, whether a commit may still be made, and what its snapshot says of it.</summary>
internal interface ICommitFence
{
    /// <summary>Whether the table tells of the commit also after its snapshot was expired.</summary>
    bool IsLasting { get; }

    /// <summary>Looks at the table; called once for each try.</summary>
    /// <param name="table">The table as it is now.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">The table cannot be gone on with: it was rolled back, or what it records is damaged.</exception>
    ValueTask<CommitStep> JudgeAsync(CatalogTable table, CancellationToken cancellationToken);
}
