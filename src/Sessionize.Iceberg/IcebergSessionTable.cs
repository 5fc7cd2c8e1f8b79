using System.Runtime.CompilerServices;
using Sessionize.Iceberg.Auditing;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg;

/// <summary>Reads a table of sessions, this library's or another writer's, and looks after it.</summary>
/// <remarks>
/// <para>All calls see the table as it was when it was opened. Formats 1 and 2 are read: files with and without field ids, deletes by position and
/// by value, columns that were added, renamed, widened or reordered, changed partition specs. Data files are Parquet.</para>
/// <para>A table need not have all columns of a session. Without <c>uuid</c>, <c>session_id</c>, a start, an end and <c>event_count</c> there is no
/// session: such a table or row is refused. Of other columns that are missing or null, <see cref="Session.PagesVisited"/> is empty,
/// <see cref="Session.EntryPage"/> and <see cref="Session.ExitPage"/> are null, <see cref="Session.EndReason"/> is <c>Unknown</c>,
/// <see cref="Session.VisitStartMs"/> is the start, and <see cref="Session.PageViewCount"/>, <see cref="Session.SessionIndex"/>,
/// <see cref="Session.Revision"/> and <see cref="Session.UserHashBucket"/> are 0. A start or end without its column in milliseconds is that of the
/// timestamp, rounded down.</para>
/// <para>Safe for use by several threads.</para>
/// </remarks>
public sealed class IcebergSessionTable : IAsyncDisposable
{
    private readonly IIcebergCatalog _catalog;

    private IcebergSessionTable(IIcebergCatalog catalog, CatalogTable table)
    {
        _catalog = catalog;
        Files = new TableFiles(table);
    }

    /// <summary>The table's name.</summary>
    public string Name => Files.Name;

    /// <summary>Its metadata and files.</summary>
    internal TableFiles Files { get; }

    /// <summary>Opens a table.</summary>
    /// <param name="options">Which; what they say of writing is passed over, and no table is created.</param>
    /// <param name="timeProvider">The clock of the catalog; the system's, if none is given.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The table.</returns>
    /// <exception cref="SessionizeException">There is no such table, it is damaged or of a format version that is not read; or the catalog is away.</exception>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public static async ValueTask<IcebergSessionTable> OpenAsync(
        IcebergTableOptions options, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        (IIcebergCatalog catalog, TableName name) = IcebergCatalogs.Open(options, timeProvider ?? TimeProvider.System);
        try
        {
            return await OpenAsync(catalog, name, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await catalog.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a table of a catalog, which is closed with it.</summary>
    internal static async ValueTask<IcebergSessionTable> OpenAsync(IIcebergCatalog catalog, TableName name, CancellationToken cancellationToken)
    {
        CatalogTable table = await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new SessionizeException($"There is no table {name} in {catalog.Description}: check its name, and where the catalog is.");
        return new IcebergSessionTable(catalog, table);
    }

    /// <summary>Reads sessions.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The sessions, in the order of the files.</returns>
    /// <exception cref="SessionizeException">The table has no such columns or snapshot, or a file is missing, damaged, or of a kind that is not read.</exception>
    /// <exception cref="ArgumentException">The query asks for a snapshot and a time, or for a limit below zero.</exception>
    public async IAsyncEnumerable<Session> ReadAsync(SessionQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        TableScan scan = await ScanAsync(query, cancellationToken).ConfigureAwait(false);
        await foreach (Session session in ReadAsync(scan, query.Limit, cancellationToken).ConfigureAwait(false))
        {
            yield return session;
        }
    }

    /// <summary>Tells which files a query opens; no data file is read.</summary>
    /// <param name="query">The query; its limit has no effect.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="SessionizeException">The table has no such columns or snapshot, or metadata is missing or damaged.</exception>
    /// <exception cref="ArgumentException">The query asks for a snapshot and a time, or for a limit below zero.</exception>
    public async ValueTask<SessionQueryPlan> PlanAsync(SessionQuery query, CancellationToken cancellationToken = default)
    {
        ScanPlan plan = (await ScanAsync(query, cancellationToken).ConfigureAwait(false)).Plan;
        ScanCounts counts = plan.Counts;
        return new SessionQueryPlan(
            plan.Snapshot?.Id, counts.Manifests, counts.ManifestsTotal, counts.Files, counts.FilesTotal, counts.Bytes, counts.BytesTotal,
            counts.DeleteFiles, [.. plan.Files.Select(file => file.File.FilePath)]);
    }

    /// <summary>Tells what the table is, and how large.</summary>
    /// <param name="countUsers">Whether users are counted per bucket, for which two columns of all rows are read, and 40 bytes a user taken.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The description.</returns>
    /// <exception cref="SessionizeException">Metadata, or with <paramref name="countUsers"/> a file, is missing or damaged.</exception>
    public ValueTask<IcebergTableInfo> DescribeAsync(bool countUsers = true, CancellationToken cancellationToken = default) =>
        new TableDescription(Files).DescribeAsync(countUsers, cancellationToken);

    /// <summary>Tells the snapshots that are kept, the newest first.</summary>
    /// <returns>The snapshots.</returns>
    public IReadOnlyList<IcebergSnapshotInfo> Snapshots() => TableDescription.SnapshotsOf(Files.Metadata);

    /// <summary>Tells the live data and delete files of a snapshot.</summary>
    /// <param name="snapshotId">The snapshot; the current one, if none is given.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The files.</returns>
    /// <exception cref="SessionizeException">There is no such snapshot, or metadata is missing or damaged.</exception>
    public ValueTask<IReadOnlyList<IcebergFileInfo>> FilesAsync(long? snapshotId = null, CancellationToken cancellationToken = default) =>
        new TableDescription(Files).FilesAsync(snapshotId, cancellationToken);

    /// <summary>Audits the table: reads all metadata that is kept, and all rows of the current snapshot.</summary>
    /// <param name="cancellationToken">Stops the audit.</param>
    /// <returns>What was looked at and found. What cannot be read is a finding, and no exception.</returns>
    /// <exception cref="SessionizeException">The storage is away.</exception>
    public ValueTask<IcebergTableAudit> VerifyAsync(CancellationToken cancellationToken = default) => new TableAuditor(Files).AuditAsync(cancellationToken);

    /// <summary>Closes the catalog and the storage.</summary>
    /// <returns>The closing.</returns>
    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    /// <summary>Plans the scan of a query.</summary>
    internal async ValueTask<TableScan> ScanAsync(SessionQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit < 0)
        {
            throw new ArgumentException($"The limit is {query.Limit}, and it is zero or more.", nameof(query));
        }

        SnapshotChoice choice = SnapshotChoice.Of(Name, Files.Metadata, query.SnapshotId, query.AsOf);
        RowFilter filter = new QueryFilter(Name, choice.Schema).Of(query);
        return new TableScan(Files, await new ScanPlanner(Files, choice, filter).PlanAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads the sessions of a scan.</summary>
    internal async IAsyncEnumerable<Session> ReadAsync(TableScan scan, long? limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SessionRows sessions = new(Name, scan.Plan.Schema);
        long left = limit ?? long.MaxValue;
        if (left == 0)
        {
            yield break;
        }

        await foreach ((RowBlock block, IReadOnlyList<int> rows) in scan.ReadAsync(sessions.Fields, cancellationToken).ConfigureAwait(false))
        {
            foreach (int row in rows)
            {
                yield return sessions.Read(block, row);
                if (--left == 0)
                {
                    yield break;
                }
            }
        }
    }
}
