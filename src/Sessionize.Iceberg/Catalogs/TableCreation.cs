using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Catalogs;

/// <summary>What a new table is to be. Ids of schema, spec and order are given by the catalog, which may number fields anew.</summary>
/// <param name="Schema">The columns.</param>
/// <param name="Spec">How rows are spread; source ids are those of <paramref name="Schema"/>.</param>
/// <param name="Order">The order of rows.</param>
/// <param name="Properties">The table's settings.</param>
internal sealed record TableCreation(IcebergSchema Schema, PartitionSpec Spec, SortOrder Order, IReadOnlyDictionary<string, string> Properties);
