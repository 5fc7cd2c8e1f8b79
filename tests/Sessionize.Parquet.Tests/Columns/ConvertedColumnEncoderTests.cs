using System.Globalization;
using System.Text;
using Sessionize.Parquet.Files;
using Sessionize.Parquet.Schema;
using Sessionize.Parquet.Tests.Events;
using Sessionize.Parquet.Tests.Support;
using Xunit;

namespace Sessionize.Parquet.Tests.Columns;

/// <summary>Columns in the types that existing tables have, read by others.</summary>
public sealed class ConvertedColumnEncoderTests
{
    private static readonly Dictionary<SessionColumn, SessionValueType> s_types = new()
    {
        [SessionColumn.Uuid] = SessionValueType.Uuid,
        [SessionColumn.SessionStartTime] = SessionValueType.Timestamp,
        [SessionColumn.SessionEndTime] = SessionValueType.Timestamp,
        [SessionColumn.SessionDurationSeconds] = SessionValueType.Float,
        [SessionColumn.EventCount] = SessionValueType.Int,
        [SessionColumn.SessionIndex] = SessionValueType.Long,
        [SessionColumn.SessionDate] = SessionValueType.Date,
    };

    [Theory]
    [InlineData(false, 20_000)]
    [InlineData(true, 7)]
    public async Task Encode_OtherTypes_AreReadByParquetNet(bool isRequired, int pageRows)
    {
        Session[] sessions = Sample(200);
        byte[] file = SessionFiles.Write(sessions.Chunk(90), new ParquetSessionOptions { PageRows = pageRows }, Schema(isRequired)).File;

        using MemoryStream stream = new(file);
        int next = 0;
        foreach (Dictionary<string, object?[]> columns in await ReadSessions.ColumnsAsync(stream))
        {
            for (int row = 0; row < columns["uuid"].Length; row++)
            {
                Session session = sessions[next++];
                Assert.Equal(Guid.Parse(session.UserId), columns["uuid"][row]);
                Assert.Equal(session.StartTime.UtcDateTime, columns["session_start_time"][row]);
                Assert.Equal(session.EndTime.UtcDateTime, columns["session_end_time"][row]);
                Assert.Equal((float)session.DurationSeconds, columns["session_duration_seconds"][row]);
                Assert.Equal((int)session.EventCount, columns["event_count"][row]);
                Assert.Equal((long)session.SessionIndex, columns["session_index"][row]);
                Assert.Equal(session.StartTime.UtcDateTime.Date, columns["session_date"][row]);
            }
        }

        Assert.Equal(sessions.Length, next);
    }

    [Fact]
    public async Task Encode_OtherTypes_AreReadByDuckDb()
    {
        using TemporaryFolder folder = new();
        Session[] sessions = Sample(500);
        string own = folder.Write("own.parquet", SessionFiles.Write(sessions.Chunk(200)).File);
        string other = folder.Write("other.parquet", SessionFiles.Write(sessions.Chunk(200), schema: Schema(isRequired: false)).File);

        await DuckDb.RunAsync(
            $"""
            set timezone = 'UTC';
            create table own as select *, row_number() over () as n from read_parquet('{own}');
            create table other as select *, row_number() over () as n from read_parquet('{other}');
            select case when (select any_value(concat_ws(' ', typeof(uuid), typeof(session_start_time), typeof(session_duration_seconds), typeof(event_count), typeof(session_index), typeof(session_date))) from other)
              <> 'UUID TIMESTAMP FLOAT INTEGER BIGINT DATE' then error('types') end;
            select case when (select count(*) from own join other using (n)) <> {sessions.Length} then error('rows') end;
            select case when (select count(*) from own join other using (n) where own.uuid <> other.uuid::varchar or epoch_us(own.session_start_time) <> epoch_us(other.session_start_time)
              or epoch_us(own.session_end_time) <> epoch_us(other.session_end_time) or own.session_duration_seconds::float <> other.session_duration_seconds
              or own.event_count <> other.event_count or own.session_index <> other.session_index or own.session_date <> strftime(other.session_date, '%Y-%m-%d')) > 0 then error('values') end;
            {Filters(sessions, other)}
            """,
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Metrics_OtherTypes_HaveBoundsInIcebergsForm()
    {
        Session first = StatisticsTests.Example with { UserId = "80000000-0000-0000-0000-000000000001", StartMs = -1, EndMs = -1, EventCount = int.MinValue, SessionIndex = -3 };
        Session second = first with { UserId = "7fffffff-ffff-ffff-ffff-ffffffffffff", StartMs = 86_400_000, EndMs = 86_401_500, EventCount = int.MaxValue, SessionIndex = 3 };
        ParquetFileMetrics metrics = SessionFiles.Write([[first], [second]], schema: Schema(isRequired: false)).Metrics;

        // Bytes from the most significant on, without sign: as UUIDs are ordered.
        Assert.Equal(("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "80000000000000000000000000000001"), Bounds(metrics, 1));
        Assert.Equal((Hex(BitConverter.GetBytes(-1000L)), Hex(BitConverter.GetBytes(86_400_000_000L))), Bounds(metrics, 5));
        Assert.Equal((Hex(BitConverter.GetBytes(-0f)), Hex(BitConverter.GetBytes(1.5f))), Bounds(metrics, 7));
        Assert.Equal((Hex(BitConverter.GetBytes(int.MinValue)), Hex(BitConverter.GetBytes(int.MaxValue))), Bounds(metrics, 8));
        Assert.Equal((Hex(BitConverter.GetBytes(-3L)), Hex(BitConverter.GetBytes(3L))), Bounds(metrics, 16));
        Assert.Equal((Hex(BitConverter.GetBytes(-1)), Hex(BitConverter.GetBytes(1))), Bounds(metrics, 18));
        Assert.Equal([new(7, 0)], metrics.NanValueCounts);
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(1, 1)]
    [InlineData(int.MaxValue, 1000)]
    public void Metrics_BoundsOfOtherLength_AreAsLong(int codePoints, int expected)
    {
        SessionParquetSchema schema = new(SessionParquetSchema.AllColumns.Columns.Select(column => column with { BoundCodePoints = codePoints }));
        ParquetFileMetrics metrics = SessionFiles.Write([[StatisticsTests.Example with { UserId = new string('é', 1000) }]], schema: schema).Metrics;

        Assert.Equal(new string('é', expected), Encoding.UTF8.GetString(metrics.LowerBounds[1]));
        Assert.Equal(new string('é', expected - (expected == 1000 ? 0 : 1)) + (expected == 1000 ? "" : "ê"), Encoding.UTF8.GetString(metrics.UpperBounds[1]));
    }

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(0, 0)]
    [InlineData(86_399_999, 0)]
    [InlineData(-86_400_000, -1)]
    [InlineData(-86_400_001, -2)]
    public void DayOf_TimeBeforeAndAfter1970_IsTheDayItLiesIn(long milliseconds, int expected) =>
        Assert.Equal(expected, Parquet.Columns.ConvertedColumnEncoder.DayOf(milliseconds));

    private static SessionParquetSchema Schema(bool isRequired) => new(SessionParquetSchema.AllColumns.Columns.Select(column => column with
    {
        ValueType = s_types.GetValueOrDefault(column.Column, column.ValueType),
        IsRequired = isRequired && s_types.ContainsKey(column.Column),
    }));

    private static Session[] Sample(int count)
    {
        Random random = new(11);
        byte[] id = new byte[16];
        return [.. HostileSessions.Sample(random, count, _ => true).Select(session =>
        {
            random.NextBytes(id);
            return session with { UserId = new Guid(id).ToString(), EventCount = (int)session.EventCount };
        })];
    }

    /// <summary>Every value, looked for by a constant: what the statistics exclude would be missing.</summary>
    private static string Filters(Session[] sessions, string file)
    {
        StringBuilder sql = new();
        foreach (Session session in sessions.Take(40))
        {
            Add($"uuid = '{session.UserId}'::uuid", sessions.Count(other => other.UserId == session.UserId));
            Add($"event_count = {session.EventCount}", sessions.Count(other => other.EventCount == session.EventCount));
            Add($"session_date = '{session.SessionDate}'::date", sessions.Count(other => other.SessionDate == session.SessionDate));
            Add($"session_duration_seconds = {((float)session.DurationSeconds).ToString("R", CultureInfo.InvariantCulture)}::float", sessions.Count(other => (float)other.DurationSeconds == (float)session.DurationSeconds));
            Add($"session_start_time = make_timestamp({session.StartMs * 1000})", sessions.Count(other => other.StartMs == session.StartMs));
        }

        return sql.ToString();

        void Add(string where, int count) => sql.Append(
            CultureInfo.InvariantCulture, $"select case when (select count(*) from read_parquet('{file}') where {where}) <> {count} then error('filter {where.Replace("'", "", StringComparison.Ordinal)}') end;\n");
    }

    private static (string Lower, string Upper) Bounds(ParquetFileMetrics metrics, int id) => (Hex(metrics.LowerBounds[id]), Hex(metrics.UpperBounds[id]));

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
}
