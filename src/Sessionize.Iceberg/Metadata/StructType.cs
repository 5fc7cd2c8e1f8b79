namespace Sessionize.Iceberg.Metadata;

/// <summary>A group of fields.</summary>
/// <param name="Fields">The fields, in order.</param>
internal sealed record StructType(IReadOnlyList<IcebergField> Fields) : IcebergType
{
    /// <inheritdoc/>
    public bool Equals(StructType? other) => other is not null && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Count;
}
