namespace Sessionize.Iceberg.Metadata;

/// <summary>The columns of a table at some time. Immutable.</summary>
/// <param name="Id">The schema's id in its table.</param>
/// <param name="Fields">The columns, in order.</param>
internal sealed record IcebergSchema(int Id, IReadOnlyList<IcebergField> Fields)
{
    /// <summary>The ids of the columns that together name a row.</summary>
    public IReadOnlyList<int> IdentifierFieldIds { get; init; } = [];

    /// <summary>The greatest id of a column, element, key or value.</summary>
    public int HighestFieldId => Fields.Select(HighestId).DefaultIfEmpty(0).Max();

    /// <summary>Finds a column by its exact name.</summary>
    public IcebergField? Find(string name) => Fields.FirstOrDefault(field => field.Name == name);

    /// <summary>Finds a column by its id.</summary>
    public IcebergField? Find(int id) => Fields.FirstOrDefault(field => field.Id == id);

    /// <inheritdoc/>
    public bool Equals(IcebergSchema? other) =>
        other is not null && Id == other.Id && Fields.SequenceEqual(other.Fields) && IdentifierFieldIds.SequenceEqual(other.IdentifierFieldIds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Fields.Count);

    private static int HighestId(IcebergField field) => Math.Max(field.Id, HighestId(field.Type));

    private static int HighestId(IcebergType type) => type switch
    {
        ListType list => Math.Max(list.ElementId, HighestId(list.Element)),
        MapType map => Math.Max(Math.Max(map.KeyId, HighestId(map.Key)), Math.Max(map.ValueId, HighestId(map.Value))),
        StructType group => group.Fields.Select(HighestId).DefaultIfEmpty(0).Max(),
        _ => 0,
    };
}
