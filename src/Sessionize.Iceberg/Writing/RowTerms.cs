using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Parquet.Columns;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Writing;

/// <summary>Makes the terms that a table's partition spec and sort order name.</summary>
internal static class RowTerms
{
    private const long MicrosecondsPerMillisecond = 1000;
    private const long MicrosecondsPerHour = 3_600_000_000;
    private const long MicrosecondsPerDay = 24 * MicrosecondsPerHour;
    private const int MonthsPerYear = 12;
    private const int FirstYear = 1970;

    private static readonly DateOnly s_epoch = new(FirstYear, 1, 1);

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
            TransformKind.Bucket => Int((rows, row) => BucketHash.BucketOf(BucketHash.Of(uuid.Read(rows, row)), transform.Width)),
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
            TransformKind.Truncate => isInt ? Int((rows, row) => Truncate((int)read(rows, row), width)) : Long((rows, row) => Truncate(read(rows, row), width)),
            TransformKind.Bucket => Int((rows, row) => BucketHash.BucketOf(BucketHash.Of(read(rows, row)), width)),
            _ => throw Inapplicable(column, transform),
        };
    }

    private static NumberTerm OfDate(SessionParquetColumn column, Transform transform) => transform.Kind switch
    {
        TransformKind.Identity or TransformKind.Day => Int((rows, row) => Day(rows, row)),
        TransformKind.Month => Int((rows, row) => Month(Day(rows, row))),
        TransformKind.Year => Int((rows, row) => Year(Day(rows, row))),
        TransformKind.Bucket => Int((rows, row) => BucketHash.BucketOf(BucketHash.Of(Day(rows, row)), transform.Width)),
        _ => throw Inapplicable(column, transform),
    };

    private static NumberTerm OfTime(SessionParquetColumn column, Transform transform)
    {
        bool isStart = column.Column == SessionColumn.SessionStartTime;
        long Read(SessionBatch rows, int row) => (isStart ? rows.StartMs : rows.EndMs)[row] * MicrosecondsPerMillisecond;
        return transform.Kind switch
        {
            TransformKind.Identity => Long(Read),
            TransformKind.Hour => Int((rows, row) => Floor(Read(rows, row), MicrosecondsPerHour)),
            TransformKind.Day => Int((rows, row) => Floor(Read(rows, row), MicrosecondsPerDay)),
            TransformKind.Month => Int((rows, row) => Month((int)Floor(Read(rows, row), MicrosecondsPerDay))),
            TransformKind.Year => Int((rows, row) => Year((int)Floor(Read(rows, row), MicrosecondsPerDay))),
            TransformKind.Bucket => Int((rows, row) => BucketHash.BucketOf(BucketHash.Of(Read(rows, row)), transform.Width)),
            _ => throw Inapplicable(column, transform),
        };
    }

    private static NumberTerm Int(Func<SessionBatch, int, long> read) => new(read, value => (int)value);

    private static NumberTerm Long(Func<SessionBatch, int, long> read) => new(read, value => value);

    private static int Day(SessionBatch rows, int row) => ConvertedColumnEncoder.DayOf(rows.StartMs[row]);

    private static int Month(int day)
    {
        DateOnly date = s_epoch.AddDays(day);
        return ((date.Year - FirstYear) * MonthsPerYear) + date.Month - 1;
    }

    private static int Year(int day) => s_epoch.AddDays(day).Year - FirstYear;

    private static long Floor(long value, long unit) => Math.DivRem(value, unit, out long rest) - (rest < 0 ? 1 : 0);

    /// <summary>As Iceberg's library computes it: what does not fit in the type goes round.</summary>
    private static int Truncate(int value, int width) => unchecked(value - (((value % width) + width) % width));

    /// <inheritdoc cref="Truncate(int, int)"/>
    private static long Truncate(long value, int width) => unchecked(value - (((value % width) + width) % width));

    private static SessionizeException Inapplicable(SessionParquetColumn column, Transform transform) => new(
        $"The table's transform '{transform}' cannot be applied to its column '{column.Name}' of type {column.ValueType.ToString().ToLowerInvariant()}. Give the table another spec or sort order.");
}
