namespace Sessionize.Iceberg;

/// <summary>A pipeline that commits to a table, as its newest commit says.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
/// <param name="Name">The pipeline.</param>
/// <param name="SnapshotId">The newest snapshot that names it.</param>
/// <param name="CommitId">The id of its newest commit, as the summary has it: a GUID; <see langword="null"/>, if it has none.</param>
/// <param name="Lanes">Its lanes, their positions and versions, as the summary has them: JSON, or where a file of them lies; <see langword="null"/>, if it has none.</param>
public sealed record IcebergPipelineInfo(string Name, long SnapshotId, string? CommitId, string? Lanes);
