using System.Globalization;
using System.Text;
using Sessionize.Engine;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Reading;

/// <summary>Makes the filter of a query of sessions.</summary>
/// <remarks>
/// Only what the query says is asked for. That a start lies on a date, or that a user is of a bucket, holds for rows that this library writes;
/// a table may have rows of others, with dates of another time zone or another number of buckets, and none of them may be lost.
/// </remarks>
/// <param name="table">What messages call the table.</param>
/// <param name="schema">Its columns.</param>
internal sealed class QueryFilter(string table, IcebergSchema schema)
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>Makes the filter.</summary>
    /// <exception cref="SessionizeException">The table has no column, or one of another type, for what is asked for.</exception>
    public RowFilter Of(SessionQuery query)
    {
        RowFilter filter = RowFilter.Everything;
        if (query.Dates.Count > 0)
        {
            filter = filter.And(OfDates(query.Dates));
        }

        if (query.UserId is { } user)
        {
            IcebergField field = Find("uuid", "a user");
            filter = filter.And(KindOf(field) == PrimitiveKind.Uuid
                ? Guid.TryParse(user, out Guid guid) ? Equal(field, guid) : RowFilter.Nothing
                : Equal(field, Text(field, user)));
        }

        if (query.Bucket is { } bucket)
        {
            filter = filter.And(OfBucket(bucket));
        }

        if (query is { UserId: { } ofBucket, BucketCount: { } count })
        {
            filter = filter.And(OfBucket(SparkHash.Bucket(Encoding.UTF8.GetBytes(ofBucket), count)));
        }

        return query.StartFrom is null && query.StartTo is null
            ? filter
            : filter.And(OfStart(Microseconds(query.StartFrom), Microseconds(query.StartTo)));
    }

    private RowFilter OfDates(IReadOnlyCollection<DateOnly> dates)
    {
        IEnumerable<DateOnly> days = dates.Distinct().Order();
        return schema.Find("session_date") is not { } field
            ? new RowFilter.Any([.. days.Select(day => OfStart(StartOf(day), StartOf(day) + MicrosecondsPerDay))])
            : KindOf(field) switch
            {
                PrimitiveKind.String => RowFilter.In(field.Id, days.Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))),
                PrimitiveKind.Date => RowFilter.In(field.Id, days.Select(day => (object)(day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber))),
                _ => throw WrongType(field, "a date, as text or date"),
            };
    }

    private RowFilter OfBucket(int bucket)
    {
        IcebergField field = Find("user_hash_bucket", "a bucket");
        return KindOf(field) switch
        {
            PrimitiveKind.Int => Equal(field, bucket),
            PrimitiveKind.Long => Equal(field, (long)bucket),
            _ => throw WrongType(field, "a whole number"),
        };
    }

    /// <summary>Of a start in microseconds, from the first time, before the second.</summary>
    private RowFilter OfStart(long? from, long? to)
    {
        IcebergField? time = schema.Find("session_start_time");
        IcebergField? milliseconds = schema.Find("session_start_time_ms");
        if (time is not null && KindOf(time) is not (PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz))
        {
            throw WrongType(time, "a time");
        }

        if (milliseconds is not null && KindOf(milliseconds) is not (PrimitiveKind.Long or PrimitiveKind.Int))
        {
            throw WrongType(milliseconds, "a whole number");
        }

        // A number of milliseconds is at or after a time if it is at or after the first whole millisecond that is.
        RowFilter? byTime = time is null ? null : Between(time, from, to);
        RowFilter? byMilliseconds = milliseconds is null ? null : Between(milliseconds, CeilingMs(from), CeilingMs(to));
        return (byTime, byMilliseconds) switch
        {
            (not null, not null) => new RowFilter.Any([byTime, new RowFilter.All([new RowFilter.IsNull(time!.Id), byMilliseconds])]),
            (not null, null) => byTime,
            (null, not null) => byMilliseconds,
            _ => throw new SessionizeException($"The table {table} has no column 'session_start_time' or 'session_start_time_ms', by which a start could be asked for."),
        };
    }

    private static RowFilter Between(IcebergField field, long? from, long? to)
    {
        bool isNarrow = KindOf(field) == PrimitiveKind.Int;
        RowFilter Bound(long? bound, ComparisonKind kind) => bound is { } value
            ? new RowFilter.Compare(field.Id, kind, isNarrow ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : (object)value)
            : RowFilter.Everything;
        return Bound(from, ComparisonKind.GreaterOrEqual).And(Bound(to, ComparisonKind.Less));
    }

    private IcebergField Find(string name, string what) => schema.Find(name)
        ?? throw new SessionizeException($"The table {table} has no column '{name}', by which {what} could be asked for.");

    private string Text(IcebergField field, string text) => KindOf(field) == PrimitiveKind.String ? text : throw WrongType(field, "a text");

    private SessionizeException WrongType(IcebergField field, string wanted) =>
        new($"The column '{field.Name}' of the table {table} has the type {TypeText.Of(field.Type)}, and {wanted} is asked for.");

    private static RowFilter.Compare Equal(IcebergField field, object value) => new(field.Id, ComparisonKind.Equal, value);

    private static PrimitiveKind? KindOf(IcebergField field) => (field.Type as PrimitiveType)?.Kind;

    private static long? Microseconds(DateTimeOffset? time) => time is { } given ? (given.UtcTicks - DateTime.UnixEpoch.Ticks) / 10 : null;

    private static long StartOf(DateOnly day) => (day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * MicrosecondsPerDay;

    private static long? CeilingMs(long? microseconds) => microseconds is { } time ? (time / 1000) + (time % 1000 > 0 ? 1 : 0) : null;
}
