using Sessionize.Iceberg.Metadata;
using Sessionize.Parquet.Schema;
using Sessionize.Sinks;

namespace Sessionize.Iceberg.Writing;

/// <summary>The schema of a table of sessions: that of a new one, and what of an existing one can be written (semantics section 5).</summary>
internal static class SessionTableSchema
{
    /// <summary>Without them nobody could tell which session a row is, and whose.</summary>
    private static readonly SessionColumn[] s_indispensable = [SessionColumn.Uuid, SessionColumn.SessionId];

    /// <summary>The schema of a new table: all columns, optional, with the ids that Iceberg gives: 1 to 19, and 20 for the pages in their list.</summary>
    public static IcebergSchema New() =>
        new(0, [.. SessionParquetSchema.AllColumns.Columns.Select(column => Field(column.Column, column.FieldId!.Value, () => column.ElementFieldId!.Value))]);

    /// <summary>Matches the columns of a table by exact name.</summary>
    /// <param name="table">The table; its current schema counts.</param>
    /// <param name="mayEvolve">Whether columns that are missing will be added before anything is written: then none is indispensable.</param>
    /// <returns>The columns that are written.</returns>
    /// <exception cref="SessionizeException">
    /// The table has a required column that sessions do not have or may have no value for, a column whose name differs from ours in case
    /// alone, or one of a type that does not take ours; or it lacks <c>uuid</c> or <c>session_id</c>.
    /// </exception>
    public static TableMapping Match(TableMetadata table, bool mayEvolve = false)
    {
        List<SessionParquetColumn> columns = [];
        foreach (IcebergField field in table.CurrentSchema.Fields)
        {
            if (Match(table, field) is { } column)
            {
                columns.Add(column);
            }
        }

        SessionColumn[] missing = [.. Enum.GetValues<SessionColumn>().Except(columns.Select(column => column.Column))];
        if (!mayEvolve && missing.Intersect(s_indispensable).Select(Name).ToArray() is [var first, ..])
        {
            throw new SessionizeException(
                $"The table at '{table.Location}' has no column '{first}', without which a row names no session. Let the missing columns be added (EvolveSchema), or write to another table.");
        }

        return new TableMapping(table.CurrentSchema, columns, missing);
    }

    /// <summary>The change that adds the columns that are missing: optional ones, behind those that are there.</summary>
    /// <param name="table">The table.</param>
    /// <param name="mapping">Its columns; some are missing.</param>
    /// <returns>The change.</returns>
    public static SchemaEvolution AddMissing(TableMetadata table, TableMapping mapping)
    {
        int next = table.LastColumnId + 1;
        int nextElement = next + mapping.Missing.Count;
        IcebergField[] added = [.. mapping.Missing.Select(column => Field(column, next++, () => nextElement++))];
        IcebergSchema schema = mapping.Schema with { Id = table.Schemas.Max(known => known.Id) + 1, Fields = [.. mapping.Schema.Fields, .. added] };
        return new SchemaEvolution(
            [new TableRequirement.SameTable(table.TableUuid), new TableRequirement.LastColumnIs(table.LastColumnId), new TableRequirement.CurrentSchemaIs(table.CurrentSchemaId)],
            [new TableUpdate.AddSchema(schema), new TableUpdate.SetCurrentSchema(TableUpdate.Last)]);
    }

    /// <summary>The type of a column in a new table.</summary>
    internal static IcebergType OwnType(SessionColumn column, int elementId) => new SessionParquetColumn(column).ValueType switch
    {
        SessionValueType.TextList => new ListType(elementId, new PrimitiveType(PrimitiveKind.String), IsElementRequired: false),
        SessionValueType.Text => new PrimitiveType(PrimitiveKind.String),
        SessionValueType type => new PrimitiveType(Enum.Parse<PrimitiveKind>(type.ToString())),
    };

    private static string Name(SessionColumn column) => SessionColumns.Names[(int)column];

    private static IcebergField Field(SessionColumn column, int id, Func<int> elementId) =>
        new(id, Name(column), OwnType(column, column == SessionColumn.PagesVisited ? elementId() : 0));

    private static SessionParquetColumn? Match(TableMetadata table, IcebergField field)
    {
        int index = SessionColumns.Names.ToList().FindIndex(name => name.Equals(field.Name, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            return !field.IsRequired ? null : throw new SessionizeException(
                $"The table at '{table.Location}' requires a value in its column '{field.Name}' ({Describe(field.Type)}), which sessions do not have. Make the column optional, or write to another table.");
        }

        SessionColumn column = (SessionColumn)index;
        if (field.Name != Name(column))
        {
            throw new SessionizeException(
                $"The table at '{table.Location}' has a column '{field.Name}', which differs from '{Name(column)}' in case alone, so that many engines could not tell them apart. Rename the column to '{Name(column)}', or write to another table.");
        }

        if (ValueType(column, field.Type) is not { } type)
        {
            throw new SessionizeException(
                $"The table's column '{field.Name}' at '{table.Location}' has the type {Describe(field.Type)}, and sessions have {Expected(column)} there. Rename or drop the column, or write to another table.");
        }

        if (field.IsRequired && (column is SessionColumn.EntryPage or SessionColumn.ExitPage))
        {
            throw new SessionizeException(
                $"The table at '{table.Location}' requires a value in its column '{field.Name}' ({Describe(field.Type)}), and a session without pages has none ({Describe(field.Type)}, optional). Make the column optional, or write to another table.");
        }

        return new SessionParquetColumn(column)
        {
            FieldId = field.Id,
            IsRequired = field.IsRequired,
            ValueType = type,
            ElementFieldId = (field.Type as ListType)?.ElementId,
            IsElementRequired = field.Type is ListType { IsElementRequired: true },
        };
    }

    /// <summary>How values are written into a table's type; none: they are not.</summary>
    private static SessionValueType? ValueType(SessionColumn column, IcebergType type)
    {
        SessionValueType own = new SessionParquetColumn(column).ValueType;
        return (own, type) switch
        {
            (SessionValueType.TextList, ListType { Element: PrimitiveType { Kind: PrimitiveKind.String } }) => own,
            (SessionValueType.Text, PrimitiveType { Kind: PrimitiveKind.String }) => own,
            (SessionValueType.Text, PrimitiveType { Kind: PrimitiveKind.Uuid }) when s_indispensable.Contains(column) => SessionValueType.Uuid,
            (SessionValueType.Text, PrimitiveType { Kind: PrimitiveKind.Date }) when column == SessionColumn.SessionDate => SessionValueType.Date,
            (SessionValueType.Long or SessionValueType.Int, PrimitiveType { Kind: PrimitiveKind.Long }) => SessionValueType.Long,
            (SessionValueType.Long or SessionValueType.Int, PrimitiveType { Kind: PrimitiveKind.Int }) => SessionValueType.Int,
            (SessionValueType.Double, PrimitiveType { Kind: PrimitiveKind.Double }) => SessionValueType.Double,
            (SessionValueType.Double, PrimitiveType { Kind: PrimitiveKind.Float }) => SessionValueType.Float,
            (SessionValueType.TimestampTz, PrimitiveType { Kind: PrimitiveKind.TimestampTz }) => SessionValueType.TimestampTz,
            (SessionValueType.TimestampTz, PrimitiveType { Kind: PrimitiveKind.Timestamp }) => SessionValueType.Timestamp,
            (SessionValueType.Boolean, PrimitiveType { Kind: PrimitiveKind.Boolean }) => own,
            _ => null,
        };
    }

    private static string Expected(SessionColumn column)
    {
        PrimitiveType[] types = [.. Enum.GetValues<PrimitiveKind>().Select(kind => new PrimitiveType(kind)).Where(type => ValueType(column, type) is not null)];
        return types.Length == 0 ? Describe(OwnType(column, 0)) : string.Join(" or ", types.Select(Describe));
    }

    private static string Describe(IcebergType type) => type switch
    {
        ListType list => $"list<{Describe(list.Element)}>",
        MapType map => $"map<{Describe(map.Key)}, {Describe(map.Value)}>",
        StructType group => $"struct<{string.Join(", ", group.Fields.Select(field => $"{field.Name}: {Describe(field.Type)}"))}>",
        _ => $"{type}",
    };
}
