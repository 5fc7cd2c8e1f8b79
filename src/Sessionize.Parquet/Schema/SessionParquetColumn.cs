using Sessionize.Parquet.Columns;
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

    /// <summary>The type of the values; an existing table may have another one than a new table.</summary>
    /// <value>By default that of semantics section 5.</value>
    public SessionValueType ValueType { get; init; } = OwnType(Column);

    /// <summary>Whether the values are written in another type than that of semantics section 5.</summary>
    public bool IsConverted => ValueType != OwnType(Column);

    /// <summary>The most code points of a text in a manifest's bounds.</summary>
    /// <value>16 by default, as Iceberg has it; <see cref="int.MaxValue"/>: whole texts.</value>
    public int BoundCodePoints { get; init; } = 16;

    /// <summary>The most bytes of a text in the statistics of a row group, of which a manifest's bounds are made.</summary>
    public int BoundBytes => (int)Math.Clamp(4L * BoundCodePoints, TextBounds.MostBytes, int.MaxValue);

    /// <summary>How the values are stored.</summary>
    public PhysicalType Type => ValueType switch
    {
        SessionValueType.Long or SessionValueType.Timestamp or SessionValueType.TimestampTz => PhysicalType.Int64,
        SessionValueType.Int or SessionValueType.Date => PhysicalType.Int32,
        SessionValueType.Double => PhysicalType.Double,
        SessionValueType.Float => PhysicalType.Float,
        SessionValueType.Boolean => PhysicalType.Boolean,
        SessionValueType.Uuid => PhysicalType.FixedLenByteArray,
        _ => PhysicalType.ByteArray,
    };

    /// <summary>Whether the values are points of time or times without a zone, in microseconds.</summary>
    public bool IsTimestamp => ValueType is SessionValueType.Timestamp or SessionValueType.TimestampTz;

    /// <summary>The definition level of a value that is there.</summary>
    public int DefinedLevel => (IsRequired ? 0 : 1) + (IsList ? IsElementRequired ? 1 : 2 : 0);

    /// <summary>The definition level of an empty list.</summary>
    public int EmptyListLevel => IsRequired ? 0 : 1;

    private static SessionValueType OwnType(SessionColumn column) => column switch
    {
        SessionColumn.SessionStartTimeMs or SessionColumn.SessionEndTimeMs or SessionColumn.EventCount or SessionColumn.PageViewCount
            or SessionColumn.VisitStartTimeMs => SessionValueType.Long,
        SessionColumn.SessionStartTime or SessionColumn.SessionEndTime => SessionValueType.TimestampTz,
        SessionColumn.SessionDurationSeconds => SessionValueType.Double,
        SessionColumn.PagesVisited => SessionValueType.TextList,
        SessionColumn.IsBounce => SessionValueType.Boolean,
        SessionColumn.SessionIndex or SessionColumn.Revision or SessionColumn.UserHashBucket => SessionValueType.Int,
        _ => SessionValueType.Text,
    };
}
