using Sessionize.Iceberg.Catalogs;

namespace Sessionize.Iceberg.Commits;

/// <summary>Finds, for the table as it is at each try, the data files that a commit removes.</summary>
internal interface IFileRemoval
{
    /// <summary>Finds them, and writes what takes their place.</summary>
    /// <exception cref="SessionizeException">They cannot be removed without removing other rows, too.</exception>
    ValueTask<FileChange> FindAsync(CatalogTable table, CancellationToken cancellationToken);

    /// <summary>Deletes what was written for a try that was refused for certain.</summary>
    ValueTask DiscardAsync(CancellationToken cancellationToken);

    /// <summary>Gives memory back; what was written stays.</summary>
    ValueTask ReleaseAsync();
}
