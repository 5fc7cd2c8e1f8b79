using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>A part of a sort order.</summary>
/// <param name="SourceId">The id of the column.</param>
/// <param name="Transform">What is compared.</param>
/// <param name="IsDescending">Whether the greatest comes first.</param>
/// <param name="NullsFirst">Whether nulls come first.</param>
internal sealed record SortField(int SourceId, Transform Transform, bool IsDescending, bool NullsFirst);
