using System.Globalization;
using Parquet.Schema;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Events;

/// <summary>What the types of columns become, and which are refused.</summary>
public sealed class EventColumnTypeTests : IDisposable
{
    private const BadEventReason Good = BadEventReason.None;
    private const BadEventReason Missing = BadEventReason.MissingTimestamp;
    private const BadEventReason Out = BadEventReason.TimestampOutOfRange;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Times_AsWholeNumbers_AreMilliseconds()
    {
        await AssertTimesAsync(
            new DataField<long>("event_timestamp", nullable: true),
            new long?[] { 0, null, 1_704_110_400_123, EventBatch.EndOfTimeMs - 1, EventBatch.EndOfTimeMs, -1, long.MinValue, long.MaxValue },
            (Good, 0), (Missing, 0), (Good, 1_704_110_400_123), (Good, EventBatch.EndOfTimeMs - 1), (Out, 0), (Out, 0), (Out, 0), (Out, 0));
        await AssertTimesAsync(new DataField<int>("event_timestamp", nullable: true), new int?[] { 5, null, -1, int.MaxValue }, (Good, 5), (Missing, 0), (Out, 0), (Good, int.MaxValue));
        await AssertTimesAsync(new DataField<uint>("event_timestamp", nullable: true), new uint?[] { uint.MaxValue }, (Good, uint.MaxValue));
        await AssertTimesAsync(new DataField<ulong>("event_timestamp", nullable: true), new ulong?[] { 7, ulong.MaxValue, 1UL << 63 }, (Good, 7), (Out, 0), (Out, 0));
    }

    [Fact]
    public async Task Times_AsTimestamps_AreRoundedDown()
    {
        DateTime noon = new(2024, 1, 1, 12, 0, 0, 123, DateTimeKind.Utc);
        long noonMs = new DateTimeOffset(noon).ToUnixTimeMilliseconds();
        DateTime justBefore1970 = DateTime.UnixEpoch.AddTicks(-10);
        DateTime?[] times = [noon.AddTicks(9990), null, DateTime.UnixEpoch, justBefore1970, new DateTime(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2199, 12, 31, 23, 59, 59, 999, DateTimeKind.Utc)];
        (BadEventReason, long)[] expected = [(Good, noonMs), (Missing, 0), (Good, 0), (Out, 0), (Out, 0), (Good, EventBatch.EndOfTimeMs - 1)];
        foreach (bool isUtc in (bool[])[true, false])
        {
            foreach (DateTimeTimeUnit unit in (DateTimeTimeUnit[])[DateTimeTimeUnit.Micros, DateTimeTimeUnit.Nanos])
            {
                await AssertTimesAsync(new DateTimeDataField("event_timestamp", DateTimeFormat.Timestamp, isUtc, unit, isNullable: true), times, expected);
            }
        }

        await AssertTimesAsync(new DateTimeDataField("event_timestamp", DateTimeFormat.DateAndTimeMicros, isNullable: true), times, expected);
        await AssertTimesAsync(new DateTimeDataField("event_timestamp", DateTimeFormat.Impala, isNullable: true), times, expected);

        // Whole milliseconds only: what lies just before 1970 would be 1970 when it is written.
        times[3] = DateTime.UnixEpoch.AddMilliseconds(-1);
        await AssertTimesAsync(new DateTimeDataField("event_timestamp", DateTimeFormat.DateAndTime, isNullable: true), times, expected);
        await AssertTimesAsync(new DateTimeDataField("event_timestamp", DateTimeFormat.Timestamp, true, DateTimeTimeUnit.Millis, isNullable: true), times, expected);
    }

    [Theory]
    [InlineData(TimeFormat.Milliseconds, "1704110400123", 1_704_110_400_123)]
    [InlineData(TimeFormat.Seconds, "1704110400", 1_704_110_400_000)]
    [InlineData(TimeFormat.Microseconds, "1704110400123999", 1_704_110_400_123)]
    [InlineData(TimeFormat.Nanoseconds, "1704110400123999999", 1_704_110_400_123)]
    [InlineData(TimeFormat.Iso8601, "2024-01-01T13:00:00.1239+01:00", 1_704_110_400_123)]
    public async Task Times_AsText_AreWhatTheFormatSays(TimeFormat format, string text, long expected)
    {
        string path = await WriteAsync(new DataField<string>("event_timestamp"), new[] { text, "soon" });
        List<EventRow> rows = await EventFiles.ReadAsync(path, new SessionizationOptions { TimeFormat = format });
        Assert.Equal([(Good, expected), (BadEventReason.BadTimestamp, 0)], rows.Select(row => (row.Reason, row.Time)));
    }

    [Fact]
    public async Task Times_AsWholeNumbers_WithAnotherTimeFormat_AreRefused()
    {
        string path = await WriteAsync(new DataField<long>("event_timestamp"), new long[] { 1_704_110_400 });
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync(path, new SessionizationOptions { TimeFormat = TimeFormat.Seconds }));
        Assert.Equal(
            $"'{path}': the column 'event_timestamp', for the event time, is INT64 (INTEGER), which is milliseconds since 1970, but the time format is Seconds. "
            + "Leave the time format as it is by default, or cast the column to a timestamp when the file is written.",
            failure.Message);
    }

    [Fact]
    public async Task Times_OfAnotherType_AreRefused()
    {
        foreach ((DataField field, Array values, string type) in ((DataField, Array, string)[])
        [
            (new DataField<DateOnly>("event_timestamp", nullable: true), new DateOnly?[] { new(2024, 1, 1) }, "INT32 (DATE)"),
            (new DataField<double>("event_timestamp", nullable: true), new double?[] { 1 }, "DOUBLE"),
            (new DataField<bool>("event_timestamp", nullable: true), new bool?[] { true }, "BOOLEAN"),
            (new DecimalDataField("event_timestamp", 18, 0, isNullable: true), new decimal?[] { 1 }, "INT64 (DECIMAL)"),
            (new DataField<Guid>("event_timestamp", nullable: true), new Guid?[] { Guid.Empty }, "FIXED_LEN_BYTE_ARRAY (UUID)"),
        ])
        {
            string path = await WriteAsync(field, values);
            SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync(path));
            Assert.StartsWith($"'{path}': the column 'event_timestamp', for the event time, is {type}; it must be a timestamp", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Texts_OfEveryKind_AreTakenAsText()
    {
        Guid id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        foreach ((DataField field, Array values, string[] expected) in ((DataField, Array, string[])[])
        [
            (new DataField<string>("uuid"), new[] { "ü€\U0001F600", " a ", "" , null }, ["ü€\U0001F600", " a ", "", ""]),
            (new DataField<byte[]>("uuid"), new byte[]?[] { "ü"u8.ToArray(), [], null }, ["ü", "", ""]),
            (new DataField<int>("uuid", nullable: true), new int?[] { 0, -5, int.MinValue, null }, ["0", "-5", "-2147483648", ""]),
            (new DataField<uint>("uuid", nullable: true), new uint?[] { uint.MaxValue }, ["4294967295"]),
            (new DataField<long>("uuid", nullable: true), new long?[] { long.MinValue, null, 12 }, ["-9223372036854775808", "", "12"]),
            (new DataField<ulong>("uuid", nullable: true), new ulong?[] { ulong.MaxValue }, ["18446744073709551615"]),
            (new DataField<Guid>("uuid", nullable: true), new Guid?[] { id, null }, [id.ToString("D", CultureInfo.InvariantCulture), ""]),
        ])
        {
            ParquetSchema schema = new(field, new DataField<long>("event_timestamp"));
            string path = await EventFiles.WriteAsync(_folder.File("a.parquet"), schema, [[values, new long[values.Length]]]);
            List<EventRow> rows = await EventFiles.ReadAsync(path);
            Assert.Equal(expected.Select(text => (text.Length == 0 ? BadEventReason.MissingUserId : Good, text)), rows.Select(row => (row.Reason, row.User)));
        }
    }

    [Fact]
    public async Task Texts_OfAnotherType_AreRefused_AllAtOnce()
    {
        ParquetSchema schema = new(
            new DataField<double>("uuid"),
            new DateTimeDataField("page_name", DateTimeFormat.DateAndTime),
            new ListField("event_id", new DataField<string>("element")),
            new StructField("utm", new DataField<string>("a")),
            new DataField<DateOnly>("event_timestamp"));
        string path = await EventFiles.WriteAsync(_folder.File("a.parquet"), schema, []);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync(path, null, EventField.Of("utm")));
        string[] sentences = failure.Message.Split(Environment.NewLine);
        Assert.Equal(["uuid' for the user id is DOUBLE", "event_timestamp' for the event time is INT32 (DATE)", "page_name' for the page name is INT64 (TIMESTAMP_MILLIS)", "event_id' for the event id is group (LIST)", "utm' for the field of a rule is group"],
            sentences.Select(sentence => sentence.Split("column '")[1].Split(';')[0].Replace(", for", " for", StringComparison.Ordinal).Replace(", is", " is", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Columns_ThatAreNeeded_MustBeThere_OthersMayBeAbsent()
    {
        ParquetSchema schema = new(new DataField<string>("user"), new StructField("at", new DataField<long>("ms")));
        string path = await EventFiles.WriteAsync(_folder.File("a.parquet"), schema, []);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => EventFiles.ReadAsync(path));
        Assert.Equal(
            $"'{path}' has no column 'uuid' for the user id; it has user, at.ms. Name the column that holds it.{Environment.NewLine}"
            + $"'{path}' has no column 'event_timestamp' for the event time; it has user, at.ms. Name the column that holds it.",
            failure.Message);
        Assert.Empty(await EventFiles.ReadAsync(path, new SessionizationOptions { Fields = { UserId = "user", Timestamp = "at.ms" } }));
    }

    private async Task AssertTimesAsync(DataField field, Array values, params (BadEventReason Reason, long Time)[] expected)
    {
        List<EventRow> rows = await EventFiles.ReadAsync(await WriteAsync(field, values));
        Assert.Equal(expected.Select(time => time.Reason), rows.Select(row => row.Reason));
        Assert.Equal(expected.Where(time => time.Reason == Good), rows.Where(row => row.Reason == Good).Select(row => (row.Reason, row.Time)));
    }

    private Task<string> WriteAsync(DataField time, Array values)
    {
        ParquetSchema schema = new(new DataField<string>("uuid"), time);
        return EventFiles.WriteAsync(_folder.File("a.parquet"), schema, [[Enumerable.Repeat("u", values.Length).ToArray(), values]]);
    }
}
