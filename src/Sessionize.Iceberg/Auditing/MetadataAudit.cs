using System.Globalization;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Auditing;

/// <summary>Looks whether the snapshots, branches, logs and numbers of a metadata file hold together.</summary>
internal static class MetadataAudit
{
    /// <summary>Checks.</summary>
    public static void Check(TableMetadata metadata, AuditLog log)
    {
        foreach (IGrouping<long, Snapshot> twice in metadata.Snapshots.GroupBy(snapshot => snapshot.Id).Where(group => group.Count() > 1))
        {
            log.Add(AuditCodes.Metadata, Place(twice.Key), $"The snapshot is in the metadata {twice.Count()} times.");
        }

        if (metadata.CurrentSnapshotId is { } current && metadata.FindSnapshot(current) is null)
        {
            log.Add(AuditCodes.Metadata, Place(current), $"It is the current snapshot, and the metadata does not have it.");
        }

        foreach ((string name, SnapshotRef reference) in metadata.Refs)
        {
            if (metadata.FindSnapshot(reference.SnapshotId) is null)
            {
                log.Add(AuditCodes.Metadata, $"{(reference.IsBranch ? "branch" : "tag")} {name}", $"It names the snapshot {reference.SnapshotId}, which the metadata does not have.");
            }
        }

        if (metadata.Refs.TryGetValue(SnapshotRef.Main, out SnapshotRef? main) && main.SnapshotId != metadata.CurrentSnapshotId)
        {
            log.Add(AuditCodes.Metadata, $"branch {SnapshotRef.Main}", $"It names the snapshot {main.SnapshotId}, and the current one is {metadata.CurrentSnapshotId}.");
        }

        CheckLog(metadata, log);
        foreach (Snapshot snapshot in metadata.Snapshots)
        {
            Check(metadata, snapshot, log);
        }
    }

    /// <summary>How findings name a snapshot.</summary>
    public static string Place(long snapshotId) => string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshotId}");

    private static void CheckLog(TableMetadata metadata, AuditLog log)
    {
        for (int i = 1; i < metadata.SnapshotLog.Count; i++)
        {
            if (metadata.SnapshotLog[i].TimestampMs < metadata.SnapshotLog[i - 1].TimestampMs)
            {
                log.Add(AuditCodes.Metadata, "snapshot log", $"The entry {i} is older than the one before.");
            }
        }

        if (metadata.SnapshotLog is [.., var last] && last.SnapshotId != metadata.CurrentSnapshotId)
        {
            log.Add(AuditCodes.Metadata, "snapshot log", $"Its last entry names the snapshot {last.SnapshotId}, and the current one is {metadata.CurrentSnapshotId}.");
        }
    }

    private static void Check(TableMetadata metadata, Snapshot snapshot, AuditLog log)
    {
        if (snapshot.SequenceNumber > metadata.LastSequenceNumber)
        {
            log.Add(AuditCodes.SequenceNumber, Place(snapshot.Id), $"Its sequence number is {snapshot.SequenceNumber}, and the table's last is {metadata.LastSequenceNumber}.");
        }

        if (snapshot.SchemaId is { } schemaId && metadata.Schemas.All(schema => schema.Id != schemaId))
        {
            log.Add(AuditCodes.Metadata, Place(snapshot.Id), $"It is of the schema {schemaId}, which the metadata does not have.");
        }

        if (snapshot.ParentId is { } parentId && metadata.FindSnapshot(parentId) is { } parent
            && metadata.FormatVersion > 1 && parent.SequenceNumber >= snapshot.SequenceNumber)
        {
            log.Add(AuditCodes.SequenceNumber, Place(snapshot.Id), $"Its sequence number {snapshot.SequenceNumber} is not above its parent's, {parent.SequenceNumber}.");
        }
    }
}
