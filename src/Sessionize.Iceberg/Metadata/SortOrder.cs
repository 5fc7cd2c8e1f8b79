using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>The order of the rows in a data file. Immutable.</summary>
/// <param name="Id">The order's id in its table; 0 is no order.</param>
/// <param name="Fields">What is compared first, second and so on.</param>
internal sealed record SortOrder(int Id, IReadOnlyList<SortField> Fields)
{
    /// <summary>No order.</summary>
    public static SortOrder Unsorted { get; } = new(0, []);

    /// <summary>The order by the fields before the first whose transform is not known here: what is behind that one cannot be sorted by.</summary>
    public SortOrder KnownPart => this with { Fields = [.. Fields.TakeWhile(part => part.Transform.Kind != TransformKind.Unknown)] };

    /// <inheritdoc/>
    public bool Equals(SortOrder? other) => other is not null && Id == other.Id && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Fields.Count);
}
