using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;
using Sessionize.Iceberg.Writing;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Commits;

/// <summary>Removes the rows of sessions that were corrected: files that have one are written anew without it (copy on write).</summary>
/// <remarks>Every reader reads such tables rightly. Deletes by value are refused by some, and counted wrongly by others.</remarks>
/// <param name="retracted">The sessions; id, user, start and revision count.</param>
internal sealed class RowRetraction(IReadOnlyCollection<Session> retracted) : IFileRemoval
{
    private const int RowsAtOnce = 8192;

    private readonly HashSet<(string Id, string User, long StartMs, int Revision)> _keys = [];
    private bool _hasRevisions;
    private SessionFileWriter? _writer;

    /// <inheritdoc/>
    public async ValueTask<FileChange> FindAsync(CatalogTable table, CancellationToken cancellationToken)
    {
        // The files of an earlier try that was not discarded stay: a snapshot may come to name them.
        await ReleaseAsync().ConfigureAwait(false);
        TableMapping mapping = SessionTableSchema.Match(table.Metadata);
        _hasRevisions = !mapping.Missing.Contains(SessionColumn.Revision);
        _keys.Clear();
        _keys.UnionWith(retracted.Select(KeyOf));
        TableFiles files = new(table);
        SnapshotChoice head = new(table.Metadata.CurrentSnapshot, table.Metadata.CurrentSchema);
        QueryFilter query = new(files.Name, head.Schema);
        RowFilter filter = new RowFilter.Any([.. retracted.Select(session => query.Of(new SessionQuery
        {
            UserId = session.UserId,
            StartFrom = session.StartTime,
            StartTo = session.StartTime.AddMilliseconds(1),
        }))]);
        ScanPlan plan = await new ScanPlanner(files, head, filter).PlanAsync(cancellationToken).ConfigureAwait(false);
        SessionRows rows = new(files.Name, head.Schema);
        Dictionary<string, DataFile> removed = new(StringComparer.Ordinal);
        Dictionary<string, IReadOnlyList<ManifestEntry>> manifests = new(StringComparer.Ordinal);
        TableScan found = new(files, plan);
        TableScan whole = new(files, plan with { Filter = RowFilter.Everything });
        foreach (ScanFile file in plan.Files)
        {
            if (!await HasRetractedAsync(found, file, rows, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            RefuseForeignColumns(table, mapping);
            removed.Add(file.File.FilePath, file.File);
            if (!manifests.ContainsKey(file.Manifest.Path))
            {
                manifests.Add(file.Manifest.Path, await files.EntriesOfAsync(file.Manifest, cancellationToken).ConfigureAwait(false));
            }

            _writer ??= new SessionFileWriter(table, mapping, $"{Guid.NewGuid():N}");
            await KeepAsync(_writer, table, mapping, whole, file, rows, cancellationToken).ConfigureAwait(false);
        }

        return new FileChange(removed, manifests, _writer is null ? [] : await _writer.FinishAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        if (_writer is not null)
        {
            await _writer.DiscardAsync(cancellationToken).ConfigureAwait(false);
        }

        await ReleaseAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync()
    {
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
            _writer = null;
        }
    }

    private async ValueTask<bool> HasRetractedAsync(TableScan scan, ScanFile file, SessionRows rows, CancellationToken cancellationToken)
    {
        await foreach ((RowBlock block, IReadOnlyList<int> numbers) in scan.ReadAsync(file, rows.Fields, cancellationToken).ConfigureAwait(false))
        {
            if (numbers.Any(row => _keys.Contains(KeyOf(rows.Read(block, row)))))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask KeepAsync(
        SessionFileWriter writer, CatalogTable table, TableMapping mapping, TableScan scan, ScanFile file, SessionRows rows, CancellationToken cancellationToken)
    {
        IcebergField[] fields = [.. mapping.Columns.Select(column => mapping.Schema.Find(column.FieldId!.Value)!).Union(rows.Fields)];
        List<SessionChange> kept = [];
        await foreach ((RowBlock block, IReadOnlyList<int> numbers) in scan.ReadAsync(file, fields, cancellationToken).ConfigureAwait(false))
        {
            foreach (int row in numbers)
            {
                Session session = rows.Read(block, row);
                if (_keys.Contains(KeyOf(session)))
                {
                    continue;
                }

                if (KeptRow.FindChanged(mapping.Columns, block, row, session) is { } changed)
                {
                    throw new SessionizeException(
                        $"A correction rewrites '{file.File.FilePath}' of {table.Name}, and there the session '{session.SessionId}' of another writer has a '{changed.Name}' that would change. "
                        + "Write corrections to a table of this pipeline's own.");
                }

                kept.Add(new SessionChange(SessionChangeKind.Added, session));
                if (kept.Count == RowsAtOnce)
                {
                    await writer.WriteAsync(kept, cancellationToken).ConfigureAwait(false);
                    kept.Clear();
                }
            }
        }

        await writer.WriteAsync(kept, cancellationToken).ConfigureAwait(false);
    }

    private static void RefuseForeignColumns(CatalogTable table, TableMapping mapping)
    {
        if (table.Metadata.CurrentSchema.Fields.FirstOrDefault(field => mapping.Find(field.Id) is null) is { } foreign)
        {
            throw new SessionizeException(
                $"A correction rewrites rows of {table.Name}, and its column '{foreign.Name}' is none of a session: its values would be lost. Drop the column, or write to a table without it.");
        }
    }

    /// <summary>Where a table does not record revisions, whatever row there is of the session goes.</summary>
    private (string Id, string User, long StartMs, int Revision) KeyOf(Session session) =>
        (session.SessionId, session.UserId, session.StartMs, _hasRevisions ? session.Revision : 0);
}
