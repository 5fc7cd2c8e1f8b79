namespace Sessionize.Iceberg.Partitioning;

/// <summary>How a table's rows are spread over data files: rows of a file have one value of each field. Immutable.</summary>
/// <param name="Id">The spec's id in its table.</param>
/// <param name="Fields">The fields, in order; none: not partitioned.</param>
internal sealed record PartitionSpec(int Id, IReadOnlyList<PartitionField> Fields)
{
    /// <summary>The id before the first of a partition field.</summary>
    public const int LastIdBeforeFields = 999;

    /// <summary>No partitions.</summary>
    public static PartitionSpec Unpartitioned { get; } = new(0, []);

    /// <inheritdoc/>
    public bool Equals(PartitionSpec? other) => other is not null && Id == other.Id && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Fields.Count);
}
