using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>Which files a scan opens.</summary>
/// <param name="Snapshot">The snapshot; <see langword="null"/> of an empty table.</param>
/// <param name="Schema">The columns.</param>
/// <param name="Filter">The rows that are asked for.</param>
/// <param name="Files">The files, in the order of the manifests.</param>
/// <param name="Counts">What was left of how much.</param>
internal sealed record ScanPlan(Snapshot? Snapshot, IcebergSchema Schema, RowFilter Filter, IReadOnlyList<ScanFile> Files, ScanCounts Counts);
