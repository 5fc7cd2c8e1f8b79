using Sessionize.Parquet.Format;
using Sessionize.Sinks;

namespace Sessionize.Parquet.Schema;

/// <summary>How a column of a session's row stands in a file.</summary>
/// <param name="Column">The column.</param>
internal sealed record SessionParquetColumn(SessionColumn Column)
{
    /// <summary>The column's name in the file.</summary>
    /// <value>By default the name of semantics section 5.</value>
    public string Name { get; init; } = SessionColumns.Names[(int)Column];

    /// <summary>The id by which Iceberg knows the column; of a list, that of the list itself.</summary>
    /// <value>None by default.</value>
    public int? FieldId { get; init; }

    /// <summary>Whether the table forbids nulls.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool IsRequired { get; init; }

    /// <summary>The id by which Iceberg knows the elements of the list.</summary>
    /// <value>None by default, and for every other column.</value>
    public int? ElementFieldId { get; init; }

    /// <summary>Whether the table forbids nulls in the list.</summary>
    /// <value><see langword="false"/> by default, and for every other column.</value>
    public bool IsElementRequired { get; init; }

    /// <summary>Whether the column is a list.</summary>
    public bool IsList => Column == SessionColumn.PagesVisited;

    /// <summary>The id of the values: of the elements, if the column is a list.</summary>
    public int? LeafFieldId => IsList ? ElementFieldId : FieldId;

    /// <summary>How the values are stored.</summary>
    public PhysicalType Type => Column switch
    {
        SessionColumn.SessionStartTimeMs or SessionColumn.SessionEndTimeMs or SessionColumn.SessionStartTime or SessionColumn.SessionEndTime
            or SessionColumn.EventCount or SessionColumn.PageViewCount or SessionColumn.VisitStartTimeMs => PhysicalType.Int64,
        SessionColumn.SessionDurationSeconds => PhysicalType.Double,
        SessionColumn.IsBounce => PhysicalType.Boolean,
        SessionColumn.SessionIndex or SessionColumn.Revision or SessionColumn.UserHashBucket => PhysicalType.Int32,
        _ => PhysicalType.ByteArray,
    };

    /// <summary>Whether the values are points of time in microseconds.</summary>
    public bool IsTimestamp => Column is SessionColumn.SessionStartTime or SessionColumn.SessionEndTime;

    /// <summary>The definition level of a value that is there.</summary>
    public int DefinedLevel => (IsRequired ? 0 : 1) + (IsList ? IsElementRequired ? 1 : 2 : 0);

    /// <summary>The definition level of an empty list.</summary>
    public int EmptyListLevel => IsRequired ? 0 : 1;
}
