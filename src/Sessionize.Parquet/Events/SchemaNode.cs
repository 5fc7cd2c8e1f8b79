using Parquet.Meta;

namespace Sessionize.Parquet.Events;

/// <summary>A column of a file's schema, or a group of columns.</summary>
internal sealed class SchemaNode
{
    private readonly List<SchemaNode> _children = [];

    private SchemaNode(SchemaElement element, SchemaNode? parent)
    {
        (Element, Parent) = (element, parent);
        IsWithinList = parent is not null && (parent.IsWithinList || parent.IsList || element.RepetitionType == FieldRepetitionType.REPEATED);
    }

    public SchemaElement Element { get; }

    public SchemaNode? Parent { get; }

    /// <summary>Whether a row may have several of it.</summary>
    public bool IsWithinList { get; }

    public bool IsGroup => _children.Count > 0 || Element.Type is null;

    private bool IsList => Element.LogicalType is { LIST: not null } or { MAP: not null } or { VARIANT: not null }
        || Element.ConvertedType is ConvertedType.LIST or ConvertedType.MAP or ConvertedType.MAP_KEY_VALUE;

    /// <summary>Builds the tree of a footer's list.</summary>
    /// <exception cref="InvalidDataException">The list is no tree.</exception>
    public static SchemaNode Build(IReadOnlyList<SchemaElement> elements)
    {
        int next = 0;
        SchemaNode root = Build(elements, ref next, parent: null, depth: 0);
        return next == elements.Count ? root : throw new InvalidDataException("its schema has columns that belong to nothing");
    }

    /// <summary>The child of a name.</summary>
    /// <exception cref="InvalidDataException">There are several.</exception>
    public SchemaNode? Find(string name)
    {
        SchemaNode? found = null;
        foreach (SchemaNode child in _children.Where(child => child.Element.Name == name))
        {
            found = found is null ? child : throw new InvalidDataException($"it has two columns '{child.Path}'");
        }

        return found;
    }

    /// <summary>The names from below the root to here, joined by dots.</summary>
    public string Path => string.Join('.', Names);

    /// <summary>The names from below the root to here.</summary>
    public IReadOnlyList<string> Names => Parent is null ? [] : [.. Parent.Names, Element.Name];

    /// <summary>How many of the groups to here, and the column itself, may be null.</summary>
    public int OptionalSteps => Parent is null ? 0 : Parent.OptionalSteps + (Element.RepetitionType == FieldRepetitionType.REQUIRED ? 0 : 1);

    /// <summary>The columns that are no groups, here and below.</summary>
    public IEnumerable<SchemaNode> Leaves => IsGroup ? _children.SelectMany(child => child.Leaves) : [this];

    /// <summary>The type in words of the format's own: <c>INT64 (TIMESTAMP)</c>.</summary>
    public string TypeName
    {
        get
        {
            string? meaning = Element.LogicalType switch
            {
                { STRING: not null } => "STRING",
                { MAP: not null } => "MAP",
                { LIST: not null } => "LIST",
                { ENUM: not null } => "ENUM",
                { DECIMAL: not null } => "DECIMAL",
                { DATE: not null } => "DATE",
                { TIME: not null } => "TIME",
                { TIMESTAMP: not null } => "TIMESTAMP",
                { INTEGER: not null } => "INTEGER",
                { UNKNOWN: not null } => "UNKNOWN",
                { JSON: not null } => "JSON",
                { BSON: not null } => "BSON",
                { UUID: not null } => "UUID",
                { FLOAT16: not null } => "FLOAT16",
                { VARIANT: not null } => "VARIANT",
                { GEOMETRY: not null } => "GEOMETRY",
                { GEOGRAPHY: not null } => "GEOGRAPHY",
                _ => Element.ConvertedType?.ToString(),
            };
            string stored = IsGroup ? "group" : Element.Type.ToString()!;
            return (IsWithinList ? "list of " : "") + (meaning is null ? stored : $"{stored} ({meaning})");
        }
    }

    private static SchemaNode Build(IReadOnlyList<SchemaElement> elements, ref int next, SchemaNode? parent, int depth)
    {
        const int mostNested = 100;
        if (next >= elements.Count || depth > mostNested)
        {
            throw new InvalidDataException("its schema is cut off, or nested too deep");
        }

        SchemaNode node = new(elements[next++], parent);
        for (int children = node.Element.NumChildren ?? 0; children > 0; children--)
        {
            node._children.Add(Build(elements, ref next, node, depth + 1));
        }

        return node;
    }
}
