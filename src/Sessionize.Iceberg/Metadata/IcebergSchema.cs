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

    /// <summary>Finds a column, a field of a struct, or an element, key or value by its id.</summary>
    public IcebergField? FindNested(int id)
    {
        foreach (IcebergField field in Fields)
        {
            if ((field.Id == id ? field : FindNested(field.Type, id)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(IcebergSchema? other) =>
        other is not null && Id == other.Id && Fields.SequenceEqual(other.Fields) && IdentifierFieldIds.SequenceEqual(other.IdentifierFieldIds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Fields.Count);

    private static IcebergField? FindNested(IcebergType type, int id) => type switch
    {
        StructType group => new IcebergSchema(0, group.Fields).FindNested(id),
        ListType list => FindNested(new IcebergField(list.ElementId, "element", list.Element, list.IsElementRequired), id),
        MapType map => FindNested(new IcebergField(map.KeyId, "key", map.Key, IsRequired: true), id)
            ?? FindNested(new IcebergField(map.ValueId, "value", map.Value, map.IsValueRequired), id),
        _ => null,
    };

    private static IcebergField? FindNested(IcebergField field, int id) => field.Id == id ? field : FindNested(field.Type, id);

    private static int HighestId(IcebergField field) => Math.Max(field.Id, HighestId(field.Type));

    private static int HighestId(IcebergType type) => type switch
    {
        ListType list => Math.Max(list.ElementId, HighestId(list.Element)),
        MapType map => Math.Max(Math.Max(map.KeyId, HighestId(map.Key)), Math.Max(map.ValueId, HighestId(map.Value))),
        StructType group => group.Fields.Select(HighestId).DefaultIfEmpty(0).Max(),
        _ => 0,
    };
}
