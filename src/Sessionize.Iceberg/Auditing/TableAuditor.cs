using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Auditing;

/// <summary>Audits a table: all metadata that is kept, the files that it leads to, and the rows of the current snapshot.</summary>
/// <param name="table">The table.</param>
internal sealed class TableAuditor(TableFiles table)
{
    private readonly AuditLog _log = new();

    /// <summary>Audits.</summary>
    /// <exception cref="SessionizeException">The storage is away.</exception>
    public async ValueTask<IcebergTableAudit> AuditAsync(CancellationToken cancellationToken)
    {
        MetadataAudit.Check(table.Metadata, _log);
        ManifestAudit manifests = new(table, _log);
        FileAudit files = new(table, _log);
        SnapshotContent? current = null;
        foreach (Snapshot snapshot in table.Metadata.Snapshots)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _log.Snapshots++;
            SnapshotContent? content = await manifests.CheckAsync(snapshot, cancellationToken).ConfigureAwait(false);
            files.Expect(snapshot, content);
            if (content is not null)
            {
                SummaryAudit.Check(snapshot, content, SummaryAudit.TellsSizes(table.Metadata), _log);
                current = snapshot.Id == table.Metadata.CurrentSnapshotId ? content : current;
            }
        }

        _log.Manifests = manifests.Read;
        await files.CheckAsync(cancellationToken).ConfigureAwait(false);
        await CheckPipelinesAsync(cancellationToken).ConfigureAwait(false);
        if (current is not null)
        {
            await CheckRowsAsync(current, files, cancellationToken).ConfigureAwait(false);
        }

        return _log.ToAudit();
    }

    private async ValueTask CheckPipelinesAsync(CancellationToken cancellationToken)
    {
        SnapshotHistory history = new(table.Metadata);
        foreach (string pipeline in history.Pipelines())
        {
            try
            {
                await LaneFence.ReadAsync(table.Table, history, pipeline, acceptRollback: false, cancellationToken).ConfigureAwait(false);
            }
            catch (SessionizeException failure) when (!failure.IsTransient)
            {
                _log.Add(AuditCodes.Pipeline, pipeline, $"{failure.Message}");
            }
        }
    }

    private async ValueTask CheckRowsAsync(SnapshotContent current, FileAudit files, CancellationToken cancellationToken)
    {
        DataFileAudit rows = new(table, _log);
        foreach (DataFile file in current.Live.Select(entry => entry.File).DistinctBy(file => file.FilePath).Where(file => files.IsThere(file.FilePath)))
        {
            if (file.Content == FileContent.Data)
            {
                _log.DataFiles++;
            }
            else
            {
                _log.DeleteFiles++;
            }

            await rows.CheckAsync(file, cancellationToken).ConfigureAwait(false);
        }

        // With a file missing or unreadable there is no saying what is alive.
        if (table.Metadata.CurrentSchema.Find("session_id") is { Type: PrimitiveType } id
            && current.IsWhole
            && current.Live.All(entry => files.IsThere(entry.File.FilePath) && !rows.Unreadable.Contains(entry.File.FilePath)))
        {
            await new DuplicateSessionAudit(table, id, _log).CheckAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
