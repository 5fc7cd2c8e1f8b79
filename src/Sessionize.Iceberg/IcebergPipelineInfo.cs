namespace Sessionize.Iceberg;

/// <summary>A pipeline that commits to a table, as its newest commit says.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
/// <param name="Name">The pipeline.</param>
/// <param name="SnapshotId">The newest snapshot that has its record; <see langword="null"/>: none is left.</param>
/// <param name="CommitId">The id of its newest commit; <see langword="null"/>: none is known.</param>
/// <param name="IsRolledBack">Whether the table was rolled back behind commits of the pipeline, which then stops.</param>
/// <param name="Lanes">The last committed entry of each of its lanes.</param>
public sealed record IcebergPipelineInfo(string Name, long? SnapshotId, string? CommitId, bool IsRolledBack, IReadOnlyList<LaneCommit> Lanes);
