namespace Sessionize.Iceberg.Metadata;

/// <summary>When a snapshot became the current one.</summary>
/// <param name="TimestampMs">The time, in milliseconds since the Unix epoch.</param>
/// <param name="SnapshotId">The snapshot.</param>
internal readonly record struct SnapshotLogEntry(long TimestampMs, long SnapshotId);
