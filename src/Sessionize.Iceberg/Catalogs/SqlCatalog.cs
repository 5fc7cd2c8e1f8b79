using System.Collections.Concurrent;
using System.Data.Common;
using System.Net.Sockets;
using Sessionize.Iceberg.Metadata;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>A catalog in a SQL database, in the tables of Iceberg's JDBC catalog: a row names a table's current metadata file, and a commit changes it, if it is still the same.</summary>
/// <param name="database">Holds the rows; closed with the catalog.</param>
/// <param name="storage">Reads and writes the tables' files; closed with the catalog.</param>
/// <param name="catalogName">The name that the rows have.</param>
/// <param name="warehouse">Where new tables lie.</param>
/// <param name="clock">Tells when metadata is written.</param>
internal sealed class SqlCatalog(SqlDatabase database, IFileStorage storage, string catalogName, string warehouse, TimeProvider clock) : IIcebergCatalog
{
    private const int Rereads = 5;

    private readonly string _warehouse = FileLocations.Absolute(warehouse);

    // Metadata whose commit may have been made or not, and the file that it follows. Once this catalog puts another behind that one, it is nobody's.
    private readonly ConcurrentDictionary<string, string> _doubtful = new(StringComparer.Ordinal);
    private volatile object? _hasType;

    /// <inheritdoc/>
    public string Description => $"SQL catalog '{catalogName}' in the {database.Description}";

    /// <inheritdoc/>
    public ValueTask PrepareWritingAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask<CatalogTable?> LoadAsync(TableName name, CancellationToken cancellationToken)
    {
        string? previous = null;
        for (int attempt = 1; ; attempt++)
        {
            string? location = await FindAsync(name, cancellationToken).ConfigureAwait(false);
            if (location is null)
            {
                return null;
            }

            if (await MetadataFiles.TryReadAsync(storage, location, cancellationToken).ConfigureAwait(false) is { } metadata)
            {
                return new CatalogTable(name, location, metadata, storage);
            }

            // Others may have gone on so far that the file was forgotten and deleted.
            if (location == previous || attempt >= Rereads)
            {
                throw new SessionizeException(
                    $"The metadata '{location}' of the table '{name}' is missing, and the {Description} names it. Restore it from a copy, "
                        + "or let the row in 'iceberg_tables' name the newest that is there.");
            }

            previous = location;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogTable?> CreateAsync(TableName name, TableCreation creation, CancellationToken cancellationToken)
    {
        DbConnection connection = await OpenAsync(mayCreate: true, cancellationToken).ConfigureAwait(false) ?? throw new InvalidOperationException("There is no connection.");
        await using (connection.ConfigureAwait(false))
        {
            SqlTables tables = await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
            if (await AskAsync(() => tables.FindAsync(name, cancellationToken), cancellationToken).ConfigureAwait(false) is not null)
            {
                return null;
            }

            TableMetadata metadata = TableMetadataChanges.Create(
                creation, name.Namespace.Append(name.Name).Aggregate(_warehouse, FileLocations.Join), Guid.NewGuid().ToString(), Now());
            string location = await WriteAsync(metadata, 0, cancellationToken).ConfigureAwait(false);
            try
            {
                await tables.EnsureNamespaceAsync(name, database, cancellationToken).ConfigureAwait(false);
                await tables.InsertAsync(name, location, cancellationToken).ConfigureAwait(false);
                return new CatalogTable(name, location, metadata, storage);
            }
            catch (DbException failure) when (database.IsDuplicate(failure))
            {
                await MetadataFiles.DeleteQuietlyAsync(storage, [location]).ConfigureAwait(false);
                return await AskAsync(() => tables.FindAsync(name, cancellationToken), cancellationToken).ConfigureAwait(false) is not null ? null
                    : throw new SessionizeException($"The name '{name}' in the {Description} is taken by something that is no table, such as a view. Choose another name.");
            }
            catch (DbException failure) when (database.IsDefinite(failure))
            {
                await MetadataFiles.DeleteQuietlyAsync(storage, [location]).ConfigureAwait(false);
                throw database.Explain(failure);
            }
            catch (Exception failure) when (IsFailure(failure, cancellationToken))
            {
                throw Unknown(failure);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogCommit> CommitAsync(
        CatalogTable table, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates, CancellationToken cancellationToken)
    {
        DbConnection? connection;
        try
        {
            connection = await OpenAsync(mayCreate: false, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException failure)
        {
            return CatalogCommit.NotSent(failure);
        }

        if (connection is null)
        {
            return Gone(table.Name);
        }

        await using (connection.ConfigureAwait(false))
        {
            return await CommitAsync(connection, table, requirements, updates, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<CatalogCommit> CommitAsync(
        DbConnection connection,
        CatalogTable table,
        IReadOnlyList<TableRequirement> requirements,
        IReadOnlyList<TableUpdate> updates,
        CancellationToken cancellationToken)
    {
        SqlTables? tables;
        string? current;
        TableMetadata after;
        IReadOnlyList<string> forgotten;
        string location;
        try
        {
            tables = await TablesAsync(connection, cancellationToken).ConfigureAwait(false);
            current = tables is null ? null : await AskAsync(() => tables.FindAsync(table.Name, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (current is null)
            {
                return Gone(table.Name);
            }

            TableMetadata? before = current == table.MetadataLocation ? table.Metadata
                : await MetadataFiles.TryReadAsync(storage, current, cancellationToken).ConfigureAwait(false);
            if (before is null)
            {
                return new CatalogCommit(CatalogCommitOutcome.Conflict, null, $"The metadata '{current}' was not there any more when it was to be read.");
            }

            if (TableMetadataChanges.Violation(before, requirements, updates) is { } violation)
            {
                return new CatalogCommit(CatalogCommitOutcome.Conflict, null, violation);
            }

            after = TableMetadataChanges.WithPrevious(
                TableMetadataChanges.Apply(before, updates, Now()), new MetadataLogEntry(before.LastUpdatedMs, current), out forgotten);
            location = await WriteAsync(after, MetadataFiles.VersionOf(current) + 1, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException failure)
        {
            return CatalogCommit.NotSent(failure);
        }

        _doubtful[location] = current;
        CatalogCommit outcome = await ReplaceAsync(tables!, table.Name, current, location, after, cancellationToken).ConfigureAwait(false);
        _doubtful.TryRemove(location, out _);

        // Only a definite refusal shows that nobody reads the file.
        string[] needless = outcome.Outcome == CatalogCommitOutcome.Committed
            ? [.. forgotten, .. _doubtful.Where(file => file.Value == current && _doubtful.TryRemove(file)).Select(file => file.Key)]
            : [location];
        await MetadataFiles.DeleteQuietlyAsync(storage, needless).ConfigureAwait(false);
        return outcome;
    }

    private async ValueTask<CatalogCommit> ReplaceAsync(
        SqlTables tables, TableName name, string from, string to, TableMetadata after, CancellationToken cancellationToken)
    {
        try
        {
            return await tables.TryReplaceAsync(name, from, to, cancellationToken).ConfigureAwait(false)
                ? new CatalogCommit(CatalogCommitOutcome.Committed, new CatalogTable(name, to, after, storage))
                : new CatalogCommit(CatalogCommitOutcome.Conflict, null, $"Another changed the table '{name}' first.");
        }
        catch (DbException failure) when (database.IsContention(failure))
        {
            return new CatalogCommit(CatalogCommitOutcome.Conflict, null, database.Explain(failure).Message);
        }
        catch (DbException failure) when (database.IsRefusal(failure))
        {
            return new CatalogCommit(CatalogCommitOutcome.Refused, null, database.Explain(failure).Message);
        }
        catch (DbException failure) when (database.IsDefinite(failure))
        {
            return CatalogCommit.NotSent(database.Explain(failure));
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            throw Unknown(failure);
        }
    }

    private async ValueTask<string?> FindAsync(TableName name, CancellationToken cancellationToken)
    {
        DbConnection? connection = await OpenAsync(mayCreate: false, cancellationToken).ConfigureAwait(false);
        if (connection is null)
        {
            return null;
        }

        await using (connection.ConfigureAwait(false))
        {
            return await TablesAsync(connection, cancellationToken).ConfigureAwait(false) is { } tables
                ? await AskAsync(() => tables.FindAsync(name, cancellationToken), cancellationToken).ConfigureAwait(false)
                : null;
        }
    }

    private async ValueTask<string> WriteAsync(TableMetadata metadata, int version, CancellationToken cancellationToken)
    {
        string location = MetadataFiles.NewLocation(metadata, version);
        await UniqueFile.WriteAsync(storage, location, MetadataFiles.Write(metadata, MetadataFiles.IsCompressed(location)), cancellationToken).ConfigureAwait(false);
        return location;
    }

    /// <summary>The tables as they are; <see langword="null"/>, if they are not there.</summary>
    private async ValueTask<SqlTables?> TablesAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (_hasType is not bool hasType)
        {
            if (await AskAsync(() => SqlTables.HasTypeAsync(connection, database, cancellationToken), cancellationToken).ConfigureAwait(false) is not { } found)
            {
                return null;
            }

            _hasType = hasType = found;
        }

        return new SqlTables(connection, hasType, catalogName);
    }

    /// <summary>The tables, made if they are missing.</summary>
    private async ValueTask<SqlTables> PrepareAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (_hasType is null)
        {
            await AskAsync(
                async () =>
                {
                    await SqlTables.CreateAsync(connection, database, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }

        return await TablesAsync(connection, cancellationToken).ConfigureAwait(false) ?? throw new SessionizeException(
            $"The {Description} has lost its tables while it was used. Look who else works on the database.");
    }

    private async ValueTask<DbConnection?> OpenAsync(bool mayCreate, CancellationToken cancellationToken) =>
        await AskAsync(() => database.OpenAsync(mayCreate, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <summary>A question, of which nothing changes: any failure is told as it is.</summary>
    private async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception failure) when (IsFailure(failure, cancellationToken))
        {
            throw database.Explain(failure);
        }
    }

    private SessionizeException Unknown(Exception failure) => new(
        $"The connection broke off while the {Description} was changed, and whether it was is unknown: load the table and look. {database.Explain(failure).Message}",
        failure, isTransient: true);

    private CatalogCommit Gone(TableName name) => new(CatalogCommitOutcome.Conflict, null, $"The table '{name}' is not in the {Description} any more.");

    private static bool IsFailure(Exception failure, CancellationToken cancellationToken) =>
        failure is DbException or SocketException or IOException or TimeoutException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
