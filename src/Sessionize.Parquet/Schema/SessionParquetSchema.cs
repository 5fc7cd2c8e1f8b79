namespace Sessionize.Parquet.Schema;

/// <summary>The columns of a file of sessions: which, in what order, with which ids, and which may be null.</summary>
/// <remarks>An existing table has ids and an order of its own, and may lack columns; a new file has <see cref="AllColumns"/>. Immutable.</remarks>
internal sealed class SessionParquetSchema
{
    /// <param name="columns">The columns, in the order of the file.</param>
    /// <exception cref="ArgumentException">There is no column; or a column, name or id occurs twice.</exception>
    public SessionParquetSchema(IEnumerable<SessionParquetColumn> columns)
    {
        Columns = [.. columns];
        if (Columns.Count == 0)
        {
            throw new ArgumentException("A file has at least one column.", nameof(columns));
        }

        RefuseRepeated(Columns.Select(column => column.Column.ToString()), "column");
        RefuseRepeated(Columns.Select(column => column.Name), "name");
        RefuseRepeated(Columns.SelectMany(column => (int?[])[column.FieldId, column.ElementFieldId]).Where(id => id is not null).Select(id => $"{id}"), "id");
    }

    /// <summary>All columns of semantics section 5 in its order, optional, with the ids that Iceberg gives a new table: 1 to 19, and 20 for the pages.</summary>
    public static SessionParquetSchema AllColumns { get; } = new(Enum.GetValues<SessionColumn>().Select(column => new SessionParquetColumn(column)
    {
        FieldId = (int)column + 1,
        ElementFieldId = column == SessionColumn.PagesVisited ? Enum.GetValues<SessionColumn>().Length + 1 : null,
    }));

    /// <summary>The columns, in the order of the file.</summary>
    public IReadOnlyList<SessionParquetColumn> Columns { get; }

    private static void RefuseRepeated(IEnumerable<string> values, string what)
    {
        if (values.GroupBy(value => value, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } repeated)
        {
            throw new ArgumentException($"The {what} '{repeated.Key}' occurs twice in a file's columns.");
        }
    }
}
