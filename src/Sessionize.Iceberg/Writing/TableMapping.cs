using Sessionize.Iceberg.Metadata;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Writing;

/// <summary>Which columns of a table take which columns of a session's row, and in what types. Immutable.</summary>
/// <remarks>Optional columns of the table that sessions do not have are not in it: files leave them out, and readers see nulls.</remarks>
/// <param name="Schema">The table's schema that was matched.</param>
/// <param name="Columns">The columns that are written, in the order of the table.</param>
/// <param name="Missing">The columns of sessions that the table lacks, in the order of semantics section 5.</param>
internal sealed record TableMapping(IcebergSchema Schema, IReadOnlyList<SessionParquetColumn> Columns, IReadOnlyList<SessionColumn> Missing)
{
    /// <summary>Finds the column that is written under a field id; <see langword="null"/>: the table's column is left out, or there is none.</summary>
    public SessionParquetColumn? Find(int fieldId) => Columns.FirstOrDefault(column => column.FieldId == fieldId);
}
