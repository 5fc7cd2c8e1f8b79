using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Numbers the fields of a new table as Iceberg does: columns first, from 1 on, then what is in them, column by column.</summary>
internal sealed class FreshIds
{
    private readonly Dictionary<int, int> _newIds = [];
    private int _last;

    /// <summary>The greatest id given.</summary>
    public int Last => _last;

    /// <summary>Numbers a schema.</summary>
    public IcebergSchema Number(IcebergSchema schema) => new(0, Number(schema.Fields))
    {
        IdentifierFieldIds = [.. schema.IdentifierFieldIds.Select(NewId)],
    };

    /// <summary>The spec with new ids.</summary>
    public PartitionSpec Number(PartitionSpec spec) => new(0,
        [.. spec.Fields.Select((field, index) => field with { SourceId = NewId(field.SourceId), FieldId = PartitionSpec.LastIdBeforeFields + 1 + index })]);

    /// <summary>The order with new ids.</summary>
    public SortOrder Number(SortOrder order) => order.Fields.Count == 0
        ? SortOrder.Unsorted
        : new SortOrder(1, [.. order.Fields.Select(field => field with { SourceId = NewId(field.SourceId) })]);

    private int NewId(int id) => _newIds.TryGetValue(id, out int newId)
        ? newId
        : throw new ArgumentException($"The schema of the new table has no column of id {id}: specs, orders and identifiers have to name columns of it.");

    private int Next(int id) => _newIds[id] = ++_last;

    private IReadOnlyList<IcebergField> Number(IReadOnlyList<IcebergField> fields)
    {
        IcebergField[] numbered = [.. fields.Select(field => field with { Id = Next(field.Id) })];
        for (int index = 0; index < numbered.Length; index++)
        {
            numbered[index] = numbered[index] with { Type = Number(numbered[index].Type) };
        }

        return numbered;
    }

    private IcebergType Number(IcebergType type)
    {
        switch (type)
        {
            case StructType group:
                return new StructType(Number(group.Fields));
            case ListType list:
                int element = Next(list.ElementId);
                return list with { ElementId = element, Element = Number(list.Element) };
            case MapType map:
                int key = Next(map.KeyId);
                int value = Next(map.ValueId);
                return map with { KeyId = key, Key = Number(map.Key), ValueId = value, Value = Number(map.Value) };
            default:
                return type;
        }
    }
}
