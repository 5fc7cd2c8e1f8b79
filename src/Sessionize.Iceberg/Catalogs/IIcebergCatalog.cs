using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>Knows which metadata of a table is the current one, and changes it atomically.</summary>
/// <remarks>Safe for use by several threads. What a catalog does wrong is thrown as <see cref="SessionizeException"/>.</remarks>
internal interface IIcebergCatalog : IAsyncDisposable
{
    /// <summary>What people call it, with its place, in messages.</summary>
    string Description { get; }

    /// <summary>Finds out before the first commit what would make it fail: whether the storage keeps what commits rely upon.</summary>
    /// <remarks>Only where commits are made by the storage; once. Other catalogs do nothing.</remarks>
    /// <exception cref="SessionizeException">It does not, and the message says what to do instead; or the storage is away.</exception>
    ValueTask PrepareWritingAsync(CancellationToken cancellationToken);

    /// <summary>Loads a table.</summary>
    /// <returns>The table; <see langword="null"/>, if there is none of that name.</returns>
    /// <exception cref="SessionizeException">Its metadata is damaged, missing, or of a version that is not read; or the catalog is away.</exception>
    ValueTask<CatalogTable?> LoadAsync(TableName name, CancellationToken cancellationToken);

    /// <summary>Creates a table, and its namespace if need be.</summary>
    /// <returns>The table; <see langword="null"/>, if there is one of that name, which another may just have created.</returns>
    /// <exception cref="SessionizeException">The outcome is unknown, or the catalog does not take it.</exception>
    ValueTask<CatalogTable?> CreateAsync(TableName name, TableCreation creation, CancellationToken cancellationToken);

    /// <summary>Changes a table as one step, if all requirements hold.</summary>
    /// <param name="table">The table as it was loaded.</param>
    /// <param name="requirements">What has to be so.</param>
    /// <param name="updates">The changes, in order.</param>
    /// <param name="cancellationToken">Stops the call; then the outcome is unknown.</param>
    /// <returns>The outcome, where it is known.</returns>
    /// <exception cref="SessionizeException">
    /// The outcome is unknown: the table is loaded and looked at before anything else is done, and no file is deleted.
    /// </exception>
    ValueTask<CatalogCommit> CommitAsync(
        CatalogTable table, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates, CancellationToken cancellationToken);
}
