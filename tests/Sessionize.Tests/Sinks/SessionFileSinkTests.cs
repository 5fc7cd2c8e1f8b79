using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Sinks;
using Sessionize.State;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Sinks;

public sealed class SessionFileSinkTests : IDisposable
{
    private static readonly string[] s_columns =
    [
        "uuid", "session_id", "session_start_time_ms", "session_end_time_ms", "session_start_time", "session_end_time",
        "session_duration_seconds", "event_count", "pages_visited", "entry_page", "exit_page", "page_view_count", "is_bounce", "end_reason",
        "visit_start_time_ms", "session_index", "revision", "session_date", "user_hash_bucket",
    ];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CommitAsync_Ndjson_WritesEveryColumnInItsOrder()
    {
        Assert.Equal(
            """
            {"uuid":"u","session_id":"u_session_1_0","session_start_time_ms":1714996800000,"session_end_time_ms":1714996801500,"session_start_time":"2024-05-06T12:00:00.000000Z","session_end_time":"2024-05-06T12:00:01.500000Z","session_duration_seconds":1.5,"event_count":2,"pages_visited":["home","a,b"],"entry_page":"home","exit_page":null,"page_view_count":2,"is_bounce":false,"end_reason":"Inactivity","visit_start_time_ms":1714996800000,"session_index":0,"revision":0,"session_date":"2024-05-06","user_hash_bucket":-48}

            """.ReplaceLineEndings("\n"),
            await WriteAsync(SessionFileFormat.Ndjson, Example));
    }

    [Fact]
    public async Task CommitAsync_Csv_WritesAHeaderAndEveryColumnInItsOrder()
    {
        Assert.Equal(
            string.Join(',', s_columns) + "\n"
            + "u,u_session_1_0,1714996800000,1714996801500,2024-05-06T12:00:00.000000Z,2024-05-06T12:00:01.500000Z,1.5,2,"
            + "\"[\"\"home\"\",\"\"a,b\"\"]\",home,,2,false,Inactivity,1714996800000,0,0,2024-05-06,-48\n",
            await WriteAsync(SessionFileFormat.Csv, Example));
    }

    [Theory]
    [InlineData(SessionFileFormat.Ndjson, 0)]
    [InlineData(SessionFileFormat.Csv, 1)]
    public async Task CommitAsync_NoSessions_MakesAFileAllTheSame(SessionFileFormat format, int lines) =>
        Assert.Equal(lines, (await WriteAsync(format)).Count(c => c == '\n'));

    [Property(MaxTest = 500)]
    public Property Ndjson_AnyTexts_ReadsBackUnchanged() => Prop.ForAll(s_sessions, sessions =>
    {
        string text = WriteAsync(SessionFileFormat.Ndjson, sessions).GetAwaiter().GetResult();
        Session[] read = [.. text.Split('\n')[..^1].Select(line => FromJson(JsonDocument.Parse(line).RootElement))];
        return sessions.SequenceEqual(read);
    });

    [Property(MaxTest = 500)]
    public Property Csv_AnyTexts_ReadsBackUnchanged() => Prop.ForAll(s_sessions, sessions =>
    {
        List<string[]> rows = CsvText.Read(WriteAsync(SessionFileFormat.Csv, sessions).GetAwaiter().GetResult());
        return rows[0].SequenceEqual(s_columns) && sessions.SequenceEqual(rows.Skip(1).Select(FromCells));
    });

    [Theory]
    [InlineData(SessionFileFormat.Ndjson)]
    [InlineData(SessionFileFormat.Csv)]
    public async Task WriteAsync_MoreThanTheBuffers_LosesNothing(SessionFileFormat format)
    {
        string path = _folder.File("out");
        Session[] sessions = [.. Enumerable.Range(0, 3000).Select(n => Example with { SessionId = $"s{n}", PagesVisited = [new string('é', n)] })];
        await using (SessionFileSink sink = await OpenAsync(SessionFileSink.ToFile(path, format)))
        {
            await sink.WriteAsync(Added(sessions), Token);
            await sink.CommitAsync(s_commit, Token);
        }

        string text = await File.ReadAllTextAsync(path, Token);
        Assert.Equal(
            sessions,
            format == SessionFileFormat.Csv
                ? CsvText.Read(text).Skip(1).Select(FromCells)
                : text.Split('\n')[..^1].Select(line => FromJson(JsonDocument.Parse(line).RootElement)));
    }

    [Fact]
    public async Task DiscardAsync_AfterWriting_LeavesNothing()
    {
        await using SessionFileSink sink = await OpenAsync(SessionFileSink.ToFile(_folder.File("out.ndjson"), SessionFileFormat.Ndjson));
        await sink.WriteAsync(Added(Example), Token);
        await sink.DiscardAsync(Token);

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task DisposeAsync_WithoutCommit_LeavesTheOldFile()
    {
        string path = _folder.Write("out.csv", "old");
        await using (SessionFileSink sink = await OpenAsync(SessionFileSink.ToFile(path, SessionFileFormat.Csv, overwrite: true)))
        {
            await sink.WriteAsync(Added(Example), Token);
        }

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["out.csv"], _folder.Names());
    }

    [Fact]
    public async Task CommitAsync_Repeated_IsCommittedOnce()
    {
        string path = _folder.File("out.ndjson");
        await using SessionFileSink sink = await OpenAsync(SessionFileSink.ToFile(path, SessionFileFormat.Ndjson));
        await sink.WriteAsync(Added(Example), Token);
        Assert.False(await sink.HasCommittedAsync(s_commit, Token));
        await sink.CommitAsync(s_commit, Token);

        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(s_commit, Token));
        Assert.True(await sink.HasCommittedAsync(s_commit, Token));
        await sink.DiscardAsync(Token);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task OpenAsync_FileExists_IsRefusedBeforeAnythingIsRead()
    {
        string path = _folder.Write("out.ndjson", "old");
        await using SessionFileSink sink = SessionFileSink.ToFile(path, SessionFileFormat.Ndjson);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => OpenAsync(sink));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_WithLanes_SaysThatAFileIsForBatch()
    {
        await using SessionFileSink sink = SessionFileSink.ToFile(_folder.File("out.ndjson"), SessionFileFormat.Ndjson);
        await using InMemorySessionStateStore store = new();

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            () => sink.OpenAsync(new SinkOpening("clicks", [new LaneId(0)], store), Token).AsTask());

        Assert.Contains("batch", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Names());
    }

    [Theory]
    [InlineData(SessionFileFormat.Ndjson)]
    [InlineData(SessionFileFormat.Csv)]
    public async Task ToStream_DiskIsFull_SaysSo(SessionFileFormat format)
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Skip("There is no /dev/full here; run on Linux.");
        }

        FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () =>
        {
            await using SessionFileSink sink = await OpenAsync(SessionFileSink.ToStream(full, format));
            await sink.WriteAsync(Added(Example), Token);
            await sink.CommitAsync(s_commit, Token);
        });

        Assert.Contains("Cannot write", failure.Message, StringComparison.Ordinal);
    }

    private static readonly SinkCommit s_commit = new("clicks", Guid.Parse("11111111-2222-3333-4444-555555555555"), []);

    private static Session Example { get; } = new()
    {
        UserId = "u",
        SessionId = "u_session_1_0",
        StartMs = 1714996800000,
        EndMs = 1714996801500,
        EventCount = 2,
        PagesVisited = ["home", "a,b"],
        EntryPage = "home",
        PageViewCount = 2,
        EndReason = EndReasons.Inactivity,
        VisitStartMs = 1714996800000,
        UserHashBucket = -48,
    };

    private static Arbitrary<Session[]> s_sessions
    {
        get
        {
            Gen<string> piece = Gen.Elements(
                ",", "\"", "\"\"", "\r", "\n", "\r\n", ";", "\t", " ", "'", "=1+1", "\\", "\\u0041", "é", "😀", "\u2028", "\u0000", "\ufeff", "\u001b[31m",
                "null", "[]", "<b>&amp;", "a", "\u202e", "\ud7ff", "\ue000");
            Gen<string> text = piece.NonEmptyListOf().Select(string.Concat);
            Gen<Session> session =
                from user in text
                from id in text
                from start in Gen.Choose(0, int.MaxValue)
                from length in Gen.Choose(0, int.MaxValue)
                from pages in text.ListOf()
                from entry in text.OrNull()
                from exit in text.OrNull()
                from count in Gen.Choose(1, 3)
                select Example with
                {
                    UserId = user,
                    SessionId = id,
                    StartMs = start * 3000L,
                    EndMs = (start * 3000L) + length,
                    EventCount = count,
                    PagesVisited = [.. pages],
                    EntryPage = entry,
                    ExitPage = exit,
                    EndReason = EndReasons.RulePrefix + user,
                };
            return session.ListOf().Select(list => list.ToArray()).ToArbitrary();
        }
    }

    private static SessionChange[] Added(params Session[] sessions) =>
        [.. sessions.Select(session => new SessionChange(SessionChangeKind.Added, session))];

    private static async Task<SessionFileSink> OpenAsync(SessionFileSink sink)
    {
        await using InMemorySessionStateStore store = new();
        await sink.OpenAsync(new SinkOpening("clicks", [], store), CancellationToken.None);
        return sink;
    }

    private static async Task<string> WriteAsync(SessionFileFormat format, params Session[] sessions)
    {
        using MemoryStream stream = new();
        await using SessionFileSink sink = await OpenAsync(SessionFileSink.ToStream(stream, format));
        await sink.WriteAsync(Added(sessions), CancellationToken.None);
        await sink.CommitAsync(s_commit, CancellationToken.None);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(stream.ToArray());
    }

    private static Session FromJson(JsonElement row)
    {
        Assert.Equal(s_columns, row.EnumerateObject().Select(column => column.Name));
        Session session = new()
        {
            UserId = row.GetProperty("uuid").GetString()!,
            SessionId = row.GetProperty("session_id").GetString()!,
            StartMs = row.GetProperty("session_start_time_ms").GetInt64(),
            EndMs = row.GetProperty("session_end_time_ms").GetInt64(),
            EventCount = row.GetProperty("event_count").GetInt64(),
            PagesVisited = [.. row.GetProperty("pages_visited").EnumerateArray().Select(page => page.GetString()!)],
            EntryPage = row.GetProperty("entry_page").GetString(),
            ExitPage = row.GetProperty("exit_page").GetString(),
            PageViewCount = row.GetProperty("page_view_count").GetInt64(),
            EndReason = row.GetProperty("end_reason").GetString()!,
            VisitStartMs = row.GetProperty("visit_start_time_ms").GetInt64(),
            SessionIndex = row.GetProperty("session_index").GetInt32(),
            Revision = row.GetProperty("revision").GetInt32(),
            UserHashBucket = row.GetProperty("user_hash_bucket").GetInt32(),
        };
        Assert.Equal(session.StartTime, Time(row.GetProperty("session_start_time").GetString()!));
        Assert.Equal(session.EndTime, Time(row.GetProperty("session_end_time").GetString()!));
        Assert.Equal(session.DurationSeconds, row.GetProperty("session_duration_seconds").GetDouble());
        Assert.Equal(session.IsBounce, row.GetProperty("is_bounce").GetBoolean());
        Assert.Equal(session.SessionDate, row.GetProperty("session_date").GetString());
        return session;
    }

    private static Session FromCells(string[] cells)
    {
        Assert.Equal(s_columns.Length, cells.Length);
        Session session = new()
        {
            UserId = cells[0],
            SessionId = cells[1],
            StartMs = Long(cells[2]),
            EndMs = Long(cells[3]),
            EventCount = Long(cells[7]),
            PagesVisited = JsonSerializer.Deserialize<string[]>(cells[8])!,
            EntryPage = cells[9] == "" ? null : cells[9],
            ExitPage = cells[10] == "" ? null : cells[10],
            PageViewCount = Long(cells[11]),
            EndReason = cells[13],
            VisitStartMs = Long(cells[14]),
            SessionIndex = (int)Long(cells[15]),
            Revision = (int)Long(cells[16]),
            UserHashBucket = (int)Long(cells[18]),
        };
        Assert.Equal(session.StartTime, Time(cells[4]));
        Assert.Equal(session.EndTime, Time(cells[5]));
        Assert.Equal(session.DurationSeconds, double.Parse(cells[6], CultureInfo.InvariantCulture));
        Assert.Equal(session.IsBounce, bool.Parse(cells[12]));
        Assert.Equal(session.SessionDate, cells[17]);
        return session;
    }

    private static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
