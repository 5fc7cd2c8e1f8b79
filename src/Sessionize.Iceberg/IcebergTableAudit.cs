namespace Sessionize.Iceberg;

/// <summary>What an audit of a table looked at, and what it found.</summary>
/// <remarks>Immutable, and safe for use by several threads.</remarks>
/// <param name="Findings">What is not as it has to be; empty: the table is sound.</param>
/// <param name="Snapshots">The snapshots whose metadata was read.</param>
/// <param name="Manifests">The manifests that were read.</param>
/// <param name="DataFiles">The data files whose rows were read.</param>
/// <param name="DeleteFiles">The delete files that were read.</param>
/// <param name="Rows">The rows of the data files, deleted ones included.</param>
/// <param name="Sessions">The live rows, of which no two may be one session.</param>
public sealed record IcebergTableAudit(
    IReadOnlyList<IcebergTableFinding> Findings, int Snapshots, int Manifests, int DataFiles, int DeleteFiles, long Rows, long Sessions)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsSound => Findings.Count == 0;
}
