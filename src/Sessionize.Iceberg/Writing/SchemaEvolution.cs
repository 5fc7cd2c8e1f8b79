using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Writing;

/// <summary>A change of a table's schema, to be committed.</summary>
/// <param name="Requirements">What has to be so.</param>
/// <param name="Updates">The changes.</param>
internal sealed record SchemaEvolution(IReadOnlyList<TableRequirement> Requirements, IReadOnlyList<TableUpdate> Updates);
