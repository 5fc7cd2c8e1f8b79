using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Writing;

/// <summary>Makes the terms that a table's partition spec and sort order name.</summary>
internal static class RowTerms
{
    private const long MicrosecondsPerMillisecond = 1000;

    /// <summary>Makes a term.</summary>
    /// <param name="mapping">The columns that are written.</param>
    /// <param name="sourceId">The column's field id; of one that is not written every value is null.</param>
    /// <param name="transform">What is made of its values.</param>
    /// <exception cref="SessionizeException">The transform is unknown, or cannot be applied to the column.</exception>
    public static RowTerm Make(TableMapping mapping, int sourceId, Transform transform)
    {
        SessionParquetColumn? column = mapping.Find(sourceId);
        if (transform.Kind == TransformKind.Unknown)
        {
            throw new SessionizeException(
                $"The table's transform '{transform}' of the column '{mapping.Schema.Find(sourceId)?.Name ?? $"{sourceId}"}' is not known here. Give the table a spec of identity, bucket, truncate, year, month, day, hour and void.");
        }

        if (column is null || transform.Kind == TransformKind.Void)
        {
            return new NullTerm();
        }

        return column.ValueType switch
        {
            SessionValueType.Text => OfText(column, transform),
            SessionValueType.Uuid => OfUuid(column, transform),
            SessionValueType.Double or SessionValueType.Float when transform.Kind == TransformKind.Identity => new SecondsTerm(column.ValueType == SessionValueType.Float),
            SessionValueType.Boolean when transform.Kind == TransformKind.Identity => new NumberTerm((rows, row) => rows.EventCount[row] == 1 ? 1 : 0, value => value != 0),
            SessionValueType.Int or SessionValueType.Long => OfNumber(column, transform),
            SessionValueType.Date => OfDate(column, transform),
            SessionValueType.Timestamp or SessionValueType.TimestampTz => OfTime(column, transform),
            _ => throw Inapplicable(column, transform),
        };
    }

    private static RowTerm OfText(SessionParquetColumn column, Transform transform) => transform.Kind switch
    {
        TransformKind.Identity => new TextTerm(new TextSource(column.Column), int.MaxValue),
        TransformKind.Truncate => new TextTerm(new TextSource(column.Column), transform.Width),
        TransformKind.Bucket => new TextBucketTerm(new TextSource(column.Column), transform.Width),
        _ => throw Inapplicable(column, transform),
    };

    private static RowTerm OfUuid(SessionParquetColumn column, Transform transform)
    {
        UuidTerm uuid = new(new TextSource(column.Column), column);
        return transform.Kind switch
        {
            TransformKind.Identity => uuid,
            TransformKind.Bucket => Int((rows, row) => TransformValues.BucketOfUuid(uuid.Read(rows, row), transform.Width)),
            _ => throw Inapplicable(column, transform),
        };
    }

    private static NumberTerm OfNumber(SessionParquetColumn column, Transform transform)
    {
        bool isInt = column.ValueType == SessionValueType.Int;
        Func<SessionBatch, int, long> read = column.Column switch
        {
            SessionColumn.SessionIndex => (rows, row) => rows.SessionIndex[row],
            SessionColumn.Revision => (rows, row) => rows.Revision[row],
            SessionColumn.UserHashBucket => (rows, row) => rows.UserHashBucket[row],
            _ when isInt => (rows, row) => ConvertedColumnEncoder.IntOf(ConvertedColumnEncoder.LongsOf(rows, column.Column)[row], column, rows.SessionId(row)),
            SessionColumn.SessionStartTimeMs => (rows, row) => rows.StartMs[row],
            _ => (rows, row) => ConvertedColumnEncoder.LongsOf(rows, column.Column)[row],
        };
        int width = transform.Width;
        return transform.Kind switch
        {
            TransformKind.Identity => isInt ? Int(read) : Long(read),
            TransformKind.Truncate => isInt ? Int((rows, row) => TransformValues.TruncateInt((int)read(rows, row), width)) : Long((rows, row) => TransformValues.TruncateLong(read(rows, row), width)),
            TransformKind.Bucket => Int((rows, row) => TransformValues.BucketOfLong(read(rows, row), width)),
            _ => throw Inapplicable(column, transform),
        };
    }

    private static NumberTerm OfDate(SessionParquetColumn column, Transform transform) => transform.Kind switch
    {
        TransformKind.Identity or TransformKind.Day => Int((rows, row) => Day(rows, row)),
        TransformKind.Month => Int((rows, row) => TransformValues.MonthOfDay(Day(rows, row))),
        TransformKind.Year => Int((rows, row) => TransformValues.YearOfDay(Day(rows, row))),
        TransformKind.Bucket => Int((rows, row) => TransformValues.BucketOfLong(Day(rows, row), transform.Width)),
        _ => throw Inapplicable(column, transform),
    };

    private static NumberTerm OfTime(SessionParquetColumn column, Transform transform)
    {
        bool isStart = column.Column == SessionColumn.SessionStartTime;
        long Read(SessionBatch rows, int row) => (isStart ? rows.StartMs : rows.EndMs)[row] * MicrosecondsPerMillisecond;
        return transform.Kind switch
        {
            TransformKind.Identity => Long(Read),
            TransformKind.Hour => Int((rows, row) => TransformValues.HourOfMicros(Read(rows, row))),
            TransformKind.Day => Int((rows, row) => TransformValues.DayOfMicros(Read(rows, row))),
            TransformKind.Month => Int((rows, row) => TransformValues.MonthOfMicros(Read(rows, row))),
            TransformKind.Year => Int((rows, row) => TransformValues.YearOfMicros(Read(rows, row))),
            TransformKind.Bucket => Int((rows, row) => TransformValues.BucketOfLong(Read(rows, row), transform.Width)),
            _ => throw Inapplicable(column, transform),
        };
    }

    private static NumberTerm Int(Func<SessionBatch, int, long> read) => new(read, value => (int)value);

    private static NumberTerm Long(Func<SessionBatch, int, long> read) => new(read, value => value);

    private static int Day(SessionBatch rows, int row) => ConvertedColumnEncoder.DayOf(rows.StartMs[row]);

    private static SessionizeException Inapplicable(SessionParquetColumn column, Transform transform) => new(
        $"The table's transform '{transform}' cannot be applied to its column '{column.Name}' of type {column.ValueType.ToString().ToLowerInvariant()}. Give the table another spec or sort order.");
}
