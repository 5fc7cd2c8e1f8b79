using System.Globalization;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>Which snapshot is read, and by which schema.</summary>
/// <param name="Snapshot">The snapshot; <see langword="null"/> of an empty table.</param>
/// <param name="Schema">Its columns: those of today, or of its own time if it was asked for by name or time.</param>
internal sealed record SnapshotChoice(Snapshot? Snapshot, IcebergSchema Schema)
{
    /// <summary>Chooses.</summary>
    /// <param name="table">What messages call the table.</param>
    /// <param name="metadata">The table.</param>
    /// <param name="snapshotId">The snapshot that is asked for.</param>
    /// <param name="asOf">The time whose snapshot is asked for.</param>
    /// <exception cref="SessionizeException">There is no such snapshot, or none that early.</exception>
    /// <exception cref="ArgumentException">Both are given.</exception>
    public static SnapshotChoice Of(string table, TableMetadata metadata, long? snapshotId, DateTimeOffset? asOf)
    {
        if (snapshotId is not null && asOf is not null)
        {
            throw new ArgumentException("A snapshot and a time are given: give one of them.");
        }

        if (snapshotId is { } id)
        {
            return ByItsTime(metadata, metadata.FindSnapshot(id) ?? throw new SessionizeException(
                $"The table {table} has no snapshot {id}; it may have been expired. 'sessionize table snapshots' lists those that are kept."));
        }

        return asOf is { } time ? ByItsTime(metadata, AsOf(table, metadata, time)) : new SnapshotChoice(metadata.CurrentSnapshot, metadata.CurrentSchema);
    }

    private static SnapshotChoice ByItsTime(TableMetadata metadata, Snapshot snapshot) => new(
        snapshot, metadata.Schemas.FirstOrDefault(schema => schema.Id == snapshot.SchemaId) ?? metadata.CurrentSchema);

    private static Snapshot AsOf(string table, TableMetadata metadata, DateTimeOffset time)
    {
        // The log tells what was current, not what was written: a rollback makes an old snapshot current again.
        long timeMs = time.ToUnixTimeMilliseconds();
        SnapshotLogEntry? last = null;
        foreach (SnapshotLogEntry entry in metadata.SnapshotLog)
        {
            if (entry.TimestampMs <= timeMs)
            {
                last = entry;
            }
        }

        if (last is not { } found)
        {
            string first = metadata.SnapshotLog.Count == 0
                ? "it has none yet"
                : $"the first that is known was made at {Text(DateTimeOffset.FromUnixTimeMilliseconds(metadata.SnapshotLog[0].TimestampMs))}";
            throw new SessionizeException($"The table {table} had no snapshot at {Text(time)}: {first}.");
        }

        return metadata.FindSnapshot(found.SnapshotId) ?? throw new SessionizeException(
            $"The snapshot {found.SnapshotId}, which was the table {table} at {Text(time)}, has been expired. 'sessionize table snapshots' lists those that are kept.");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
