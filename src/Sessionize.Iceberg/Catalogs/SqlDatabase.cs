using System.Data.Common;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>A database that can hold a catalog, with what its kind does in its own way. Safe for use by several threads.</summary>
internal abstract class SqlDatabase : IAsyncDisposable
{
    /// <summary>Its kind and place, without passwords.</summary>
    public abstract string Description { get; }

    /// <summary>Opens a connection.</summary>
    /// <param name="mayCreate">Whether a database that is not there is made, where its kind can.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The connection; <see langword="null"/>, if there is no database and none is made.</returns>
    public abstract ValueTask<DbConnection?> OpenAsync(bool mayCreate, CancellationToken cancellationToken);

    /// <summary>Whether a row, or a table to be created, is there already.</summary>
    public abstract bool IsDuplicate(DbException failure);

    /// <summary>Whether there is no such table.</summary>
    public abstract bool IsMissingTable(DbException failure);

    /// <summary>Whether the table has no such column.</summary>
    public abstract bool IsMissingColumn(DbException failure);

    /// <summary>Whether others stood in the way, so that nothing has changed, and the same may succeed at once.</summary>
    public abstract bool IsContention(DbException failure);

    /// <summary>Whether the statement has certainly changed nothing. Otherwise its outcome is unknown.</summary>
    public abstract bool IsDefinite(DbException failure);

    /// <summary>Whether the database refuses for good, as it does without permission.</summary>
    public abstract bool IsRefusal(DbException failure);

    /// <summary>What happened, and the remedy.</summary>
    public abstract SessionizeException Explain(Exception failure);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
