namespace Sessionize.Iceberg;

/// <summary>What a query opens, of what there is: what the table's metadata alone tells.</summary>
/// <remarks>Row groups, which are pruned as well, are known only when a file is opened. Immutable, and safe for use by several threads.</remarks>
/// <param name="SnapshotId">The snapshot; <see langword="null"/> of an empty table.</param>
/// <param name="Manifests">The manifests of data files that were read.</param>
/// <param name="ManifestsTotal">Those of the snapshot.</param>
/// <param name="Files">The data files that are opened.</param>
/// <param name="FilesTotal">Those of the snapshot.</param>
/// <param name="Bytes">The lengths of those files together: the most bytes that can be read of them. Columns and row groups that are not needed are passed over.</param>
/// <param name="BytesTotal">Those of the snapshot; for manifests that were not read, as the snapshot's summary has it.</param>
/// <param name="DeleteFiles">The delete files that are opened, too.</param>
/// <param name="FilePaths">The URIs of the data files that are opened.</param>
public sealed record SessionQueryPlan(
    long? SnapshotId, int Manifests, int ManifestsTotal, int Files, long FilesTotal, long Bytes, long BytesTotal, int DeleteFiles, IReadOnlyList<string> FilePaths);
