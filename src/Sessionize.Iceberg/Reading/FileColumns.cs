using Parquet.Meta;
using Sessionize.Iceberg.Metadata;
using Sessionize.Parquet.Events;
using ListType = Sessionize.Iceberg.Metadata.ListType;

namespace Sessionize.Iceberg.Reading;

/// <summary>Finds the columns of a table in a data file: by field id, or by name in files that have no ids.</summary>
internal sealed class FileColumns
{
    private readonly SchemaNode[] _leaves;
    private readonly bool _hasIds;
    private readonly NameMapping? _mapping;

    /// <param name="footer">The file's footer.</param>
    /// <param name="mapping">The table's name mapping, if it has one.</param>
    /// <exception cref="InvalidDataException">The file's schema is damaged; or the file has no ids, and the table no mapping.</exception>
    public FileColumns(FileMetaData footer, NameMapping? mapping)
    {
        _leaves = [.. SchemaNode.Build(footer.Schema).Leaves];
        _hasIds = footer.Schema.Any(element => element.FieldId is not null);
        _mapping = mapping;
        if (!_hasIds && mapping is null)
        {
            throw new InvalidDataException($"it has no field ids, and the table has no property {NameMapping.Property} that names its columns: set that property");
        }
    }

    /// <summary>Finds a column.</summary>
    /// <returns>Its reader; <see langword="null"/>, if the file does not have it.</returns>
    /// <exception cref="InvalidDataException">The file has it as another type, or as one that is not read.</exception>
    public LeafReader? Find(IcebergField field)
    {
        PrimitiveType? type = field.Type as PrimitiveType ?? (field.Type as ListType)?.Element as PrimitiveType;
        if (type is null)
        {
            throw new InvalidDataException("its type is a struct, a map, or a list of such, which are not read");
        }

        SchemaNode[] leaves = [.. _leaves.Where(leaf => IsIn(leaf, field))];
        if (leaves.Length == 0 && field.Type is ListType list)
        {
            // Some writers give no id to the group of a list.
            leaves = [.. _leaves.Where(leaf => leaf.Element.FieldId == list.ElementId)];
        }

        return leaves.Length switch
        {
            0 => null,
            1 when IsRepeated(leaves[0]) == field.Type is ListType => LeafReader.Create(leaves[0], type),
            _ => throw new InvalidDataException($"it is stored as {TopOf(leaves[0]).TypeName}, and the table says {(field.Type is ListType ? $"list of {type}" : type)}"),
        };
    }

    private bool IsIn(SchemaNode leaf, IcebergField field)
    {
        SchemaNode top = TopOf(leaf);
        return _hasIds ? top.Element.FieldId == field.Id : _mapping!.NamesOf(field.Id).Contains(top.Element.Name);
    }

    private static bool IsRepeated(SchemaNode leaf) => leaf.IsWithinList;

    private static SchemaNode TopOf(SchemaNode leaf)
    {
        SchemaNode top = leaf;
        while (top.Parent is { Parent: not null })
        {
            top = top.Parent;
        }

        return top;
    }
}
