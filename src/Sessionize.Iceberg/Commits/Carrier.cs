using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>Where a table records a pipeline's last commit.</summary>
/// <param name="Snapshot">The snapshot whose summary counts; <see langword="null"/>: none.</param>
/// <param name="State">Whether that can be relied on.</param>
/// <param name="Abandoned">The pipeline's newest commit, if the table was rolled back behind it.</param>
internal sealed record Carrier(Snapshot? Snapshot, CarrierState State, Snapshot? Abandoned);
