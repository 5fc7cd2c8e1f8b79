using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Sessionize.Parquet.Schema;

namespace Sessionize.Parquet.Columns;

/// <summary>Encodes columns in other types than those of semantics section 5, as an existing table may have them. Not thread-safe.</summary>
internal sealed class ConvertedColumnEncoder(NumberColumnEncoder numbers, DerivedColumns derived, PageLimits limits)
{
    private const long DayMs = 86_400_000;
    private const int UuidTextBytes = 36;

    private readonly UuidColumnEncoder _uuids = new(limits);
    private int[] _ints = [];
    private long[] _longs = [];
    private float[] _floats = [];
    private Guid[] _guids = [];

    /// <summary>Encodes a column.</summary>
    /// <exception cref="SessionizeException">A value does not fit in the type.</exception>
    public EncodedColumn Encode(ColumnChunkWriter chunk, SessionBatch rows, SessionParquetColumn column) => column switch
    {
        { ValueType: SessionValueType.Date, Column: SessionColumn.SessionDate } => numbers.Encode(chunk, Days(rows)),
        { ValueType: SessionValueType.Timestamp, Column: SessionColumn.SessionStartTime } => numbers.Encode(chunk, derived.Microseconds(rows.StartMs)),
        { ValueType: SessionValueType.Timestamp, Column: SessionColumn.SessionEndTime } => numbers.Encode(chunk, derived.Microseconds(rows.EndMs)),
        { ValueType: SessionValueType.Float, Column: SessionColumn.SessionDurationSeconds } => numbers.Encode(chunk, Seconds(rows)),
        { ValueType: SessionValueType.Uuid, Column: SessionColumn.Uuid or SessionColumn.SessionId } => _uuids.Encode(chunk, Uuids(rows, column)),
        { ValueType: SessionValueType.Int } => numbers.Encode(chunk, Narrow(rows, column)),
        { ValueType: SessionValueType.Long } => numbers.Encode(chunk, Widen(IntsOf(rows, column.Column))),
        _ => throw new InvalidOperationException($"The column {column.Column} has no encoder of the type {column.ValueType}."),
    };

    /// <summary>The UUID that a text is.</summary>
    /// <param name="text">The text of a user or session.</param>
    /// <param name="column">The column that takes it.</param>
    /// <param name="sessionId">The session that it is of, for the message.</param>
    /// <exception cref="SessionizeException">
    /// The text is not a UUID in lower case with hyphens, so that readers would get another text than was written.
    /// </exception>
    public static Guid UuidOf(ReadOnlySpan<byte> text, SessionParquetColumn column, ReadOnlySpan<byte> sessionId) =>
        text.Length == UuidTextBytes && !text.ContainsAnyInRange((byte)'A', (byte)'Z') && Utf8Parser.TryParse(text, out Guid uuid, out int read, 'D') && read == UuidTextBytes
            ? uuid
            : throw new SessionizeException(
                $"The session '{Encoding.UTF8.GetString(sessionId)}' has the {column.Name} '{Encoding.UTF8.GetString(text)}', and the table's column '{column.Name}' takes "
                + "UUIDs in lower case only. Write to a table in which the column is a string.");

    /// <summary>A number of a column of 32 bits.</summary>
    /// <exception cref="SessionizeException">The number is too large or too small.</exception>
    public static int IntOf(long value, SessionParquetColumn column, ReadOnlySpan<byte> sessionId) => value is >= int.MinValue and <= int.MaxValue
        ? (int)value
        : throw new SessionizeException(string.Create(
            CultureInfo.InvariantCulture,
            $"The session '{Encoding.UTF8.GetString(sessionId)}' has the {column.Name} {value}, which the table's column '{column.Name}' of type int cannot hold. Widen the column to long."));

    /// <summary>Days since 1970 of a point of time in milliseconds.</summary>
    public static int DayOf(long milliseconds) => (int)Math.DivRem(milliseconds, DayMs, out long rest) - (rest < 0 ? 1 : 0);

    /// <summary>The values of a column that has 64 bits in semantics section 5.</summary>
    public static ReadOnlySpan<long> LongsOf(SessionBatch rows, SessionColumn column) => column switch
    {
        SessionColumn.SessionStartTimeMs => rows.StartMs,
        SessionColumn.SessionEndTimeMs => rows.EndMs,
        SessionColumn.EventCount => rows.EventCount,
        SessionColumn.PageViewCount => rows.PageViewCount,
        SessionColumn.VisitStartTimeMs => rows.VisitStartMs,
        _ => throw new InvalidOperationException($"The column {column} has no numbers of 64 bits."),
    };

    /// <summary>The values of a column that has 32 bits in semantics section 5.</summary>
    public static ReadOnlySpan<int> IntsOf(SessionBatch rows, SessionColumn column) => column switch
    {
        SessionColumn.SessionIndex => rows.SessionIndex,
        SessionColumn.Revision => rows.Revision,
        SessionColumn.UserHashBucket => rows.UserHashBucket,
        _ => throw new InvalidOperationException($"The column {column} has no numbers of 32 bits."),
    };

    private ReadOnlySpan<int> Narrow(SessionBatch rows, SessionParquetColumn column)
    {
        ReadOnlySpan<long> values = LongsOf(rows, column.Column);
        Span<int> result = DerivedColumns.Room(ref _ints, values.Length);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = IntOf(values[i], column, rows.SessionId(i));
        }

        return result;
    }

    private ReadOnlySpan<long> Widen(ReadOnlySpan<int> values)
    {
        Span<long> result = DerivedColumns.Room(ref _longs, values.Length);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = values[i];
        }

        return result;
    }

    private ReadOnlySpan<int> Days(SessionBatch rows)
    {
        Span<int> result = DerivedColumns.Room(ref _ints, rows.Count);
        ReadOnlySpan<long> starts = rows.StartMs;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = DayOf(starts[i]);
        }

        return result;
    }

    private ReadOnlySpan<float> Seconds(SessionBatch rows)
    {
        Span<float> result = DerivedColumns.Room(ref _floats, rows.Count);
        ReadOnlySpan<double> seconds = derived.DurationSeconds(rows);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (float)seconds[i];
        }

        return result;
    }

    private ReadOnlySpan<Guid> Uuids(SessionBatch rows, SessionParquetColumn column)
    {
        Span<Guid> result = DerivedColumns.Room(ref _guids, rows.Count);
        ReadOnlySpan<int> users = rows.Users;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = column.Column == SessionColumn.SessionId
                ? UuidOf(rows.SessionId(i), column, rows.SessionId(i))
                : i > 0 && users[i] == users[i - 1] ? result[i - 1] : UuidOf(rows.User(users[i]), column, rows.SessionId(i));
        }

        return result;
    }
}
