using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Sessionize.Parsing;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.Testing;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests;

/// <summary>Whole runs over files: threads, memory and compression change nothing.</summary>
public sealed class BatchSessionizerThreadsTests : IDisposable
{
    private const long BaseMs = 1_704_067_200_000;
    private const int Lines = 90_000;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(SessionFileFormat.Ndjson)]
    [InlineData(SessionFileFormat.Csv)]
    public async Task RunAsync_AnyThreadsMemoryAndCompression_WritesTheSameBytes(SessionFileFormat format)
    {
        (List<ClickstreamEvent> events, byte[] content, int bad) = Input(seed: 1);
        string plain = _folder.Write("events.ndjson", content);
        string packed = _folder.Write("events.gz", Gzip(content));

        (byte[] rows, byte[] letters, SessionizationSummary summary) = await RunAsync(plain, format, new BatchOptions { Threads = 1 });

        Assert.Equal((events.Count, bad), (summary.Events, summary.BadEvents.Values.Sum()));
        foreach ((string input, int threads, long? memory) in ((string, int, long?)[])
            [(plain, 2, null), (plain, 4, BatchOptions.LeastMemoryBytes), (packed, 1, null), (packed, 3, BatchOptions.LeastMemoryBytes)])
        {
            (byte[] otherRows, byte[] otherLetters, SessionizationSummary other) =
                await RunAsync(input, format, new BatchOptions { Threads = threads, MemoryBytes = memory, TempFolder = _folder.Path });
            Assert.True(rows.AsSpan().SequenceEqual(otherRows), $"{input} by {threads} threads in {memory} bytes gives other rows.");
            Assert.True(letters.AsSpan().SequenceEqual(otherLetters), $"{input} by {threads} threads in {memory} bytes gives other dead letters, or in another order.");
            Assert.Equal((summary.Events, summary.Users, summary.Sessions, summary.EndTimeMs), (other.Events, other.Users, other.Sessions, other.EndTimeMs));
            Assert.Equal(summary.EndReasons, other.EndReasons);
            Assert.Equal(summary.Durations.Quantile(0.7), other.Durations.Quantile(0.7));
        }

        Assert.Equal(["events.gz", "events.ndjson"], _folder.Names());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_TiesWhoseOrderOnlyTheIdsTell_AreInTheOracleOrder(bool packed)
    {
        (List<ClickstreamEvent> events, byte[] content, _) = Input(seed: 2);
        SessionizationDefinition definition = new() { Options = { InactivityTimeout = TimeSpan.FromSeconds(20), Ids = SessionIds.StartTime } };
        Session[] expected = [.. SessionOracle.Sessionize(events, definition.ResolveRules(), SessionIds.StartTime, 100, events.Max(e => e.TimestampMs))];
        string input = packed ? _folder.Write("events.gz", Gzip(content)) : _folder.Write("events.ndjson", content);

        Session[] sessions = await SessionsAsync(definition, [input], new BatchOptions { Threads = 2 });

        Assert.Equal(expected, sessions.OrderBy(session => session.UserId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_SeveralInputs_TakesTiesInTheOrderOfTheInputs()
    {
        List<string> inputs = [];
        List<ClickstreamEvent> events = [];
        Random random = new(4);
        for (int file = 0; file < 5; file++)
        {
            StringBuilder lines = new();
            int count = file == 2 ? 0 : 300;
            for (int i = 0; i < count; i++)
            {
                // Few times, and no id for half of the events: the id decides, and where there is none the place.
                ClickstreamEvent e = new($"u{random.Next(20)}", BaseMs + (random.Next(40) * 1000), $"p{random.Next(9)}", random.Next(2) == 0 ? null : $"i{random.Next(50)}");
                events.Add(e);
                lines.Append(CultureInfo.InvariantCulture, $$"""{"uuid":"{{e.UserId}}","event_timestamp":{{e.TimestampMs}},"page_name":"{{e.PageName}}","event_id":"{{e.EventId}}"}""").Append('\n');
            }

            byte[] content = Encoding.UTF8.GetBytes(lines.ToString());
            inputs.Add(_folder.Write($"{file}.ndjson", file == 3 ? Gzip(content) : content));
        }

        SessionizationDefinition definition = new();
        Session[] expected = [.. SessionOracle.Sessionize(events, definition.ResolveRules(), SessionIds.Ordinal, 100, events.Max(e => e.TimestampMs))];

        Assert.Equal(expected, await SessionsAsync(definition, inputs, new BatchOptions { Threads = 3 }));

        // Without the packed one all of them can be read again; then the places are counted through all inputs.
        File.WriteAllBytes(inputs[3], Unpack(File.ReadAllBytes(inputs[3])));
        Assert.Equal(expected, await SessionsAsync(definition, inputs, new BatchOptions { Threads = 3 }));
    }

    [Fact]
    public async Task RunAsync_ManyShortBadLines_NumbersThemInOrder()
    {
        // More than are kept of one stretch, so that they are handed in while it is read.
        string input = _folder.Write("bad.ndjson", string.Concat(Enumerable.Repeat("x\n", 300_000)) + "\n\ny\n");
        InMemoryDeadLetterSink letters = new();
        SessionizationDefinition definition = Definition(input, new InMemorySessionSink(new()), "");
        definition.DeadLetters = _ => letters;

        SessionizationSummary summary = await new BatchSessionizer(definition, options: new BatchOptions { Threads = 3 }).RunAsync(cancellationToken: Token);

        Assert.Equal(300_001, summary.BadEvents["MalformedJson"]);
        Assert.Equal(Enumerable.Range(1, 300_000).Append(300_003).Select(line => (long)line), letters.Letters.Select(letter => letter.Position));
        Assert.Equal([0L, 2L, 600_002L], [letters.Letters[0].ByteOffset, letters.Letters[1].ByteOffset, letters.Letters[^1].ByteOffset]);
    }

    [Fact]
    public void Sessionize_MoreRowsOfOneUserThanABatchHolds_GoesOnWithHimInTheNext()
    {
        const int Sessions = 300_000;
        Session[] sessions = [.. Enumerable.Range(0, Sessions).Select(i => new ClickstreamEvent("u", BaseMs + (i * 3_600_000L), $"p{i % 3}")).Sessionize()];

        Assert.Equal(Enumerable.Range(1, Sessions).Select(n => $"u_session_{n}_0"), sessions.Select(session => session.SessionId));
        Assert.All(sessions.Index(), row => Assert.Equal([$"p{row.Index % 3}"], row.Item.PagesVisited));
    }

    [Fact]
    public async Task RunAsync_ParserOfOtherFieldsThanTheRulesRead_IsNoDanger()
    {
        (List<ClickstreamEvent> events, byte[] content, _) = Input(seed: 3);
        SessionizationDefinition definition = new() { Rules = { new Engine.HashedRule("hashed", RulePass.Visit, 7, 3, asksStarts: true, asksEnds: true, asksDeadlines: true) } };
        string input = _folder.Write("events.ndjson", content);
        InMemorySessionTable table = new();
        definition.Source = context => new FileEventSource([input], new JsonEventParser(definition.Options, EventFields.None));
        definition.Sink = _ => new InMemorySessionSink(table);
        definition.DeadLetters = _ => new InMemoryDeadLetterSink();

        await new BatchSessionizer(definition, options: new BatchOptions { Threads = 2 }).RunAsync(cancellationToken: Token);

        // The fields that the parser leaves out are absent.
        Session[] expected = [.. SessionOracle.Sessionize(
            events.Select(e => e with { Fields = new Dictionary<string, string?>(StringComparer.Ordinal) }), definition.ResolveRules(), SessionIds.Ordinal, 100, events.Max(e => e.TimestampMs))];
        Assert.Equal(expected, table.Sessions.OrderBy(session => session.UserId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_SinkThatThrowsWhileEncoding_StopsTheRunWithWhatItThrew()
    {
        string input = _folder.Write("events.ndjson", Input(seed: 1).Content);
        ThrowingSink sink = new();

        NotSupportedException thrown = await Assert.ThrowsAsync<NotSupportedException>(
            () => new BatchSessionizer(Definition(input, sink, _folder.File("bad.ndjson")), options: new BatchOptions { Threads = 2 }).RunAsync(cancellationToken: Token));

        Assert.Equal("Not these rows.", thrown.Message);
        Assert.True(sink.IsDiscarded);
    }

    [Fact]
    public async Task RunAsync_RulesThatReadIdsAndFields_SeeThemWhateverTheLayout()
    {
        (List<ClickstreamEvent> events, byte[] content, _) = Input(seed: 3);
        SessionizationDefinition definition = new() { Rules = { new Engine.HashedRule("hashed", RulePass.Visit, 7, 3, asksStarts: true, asksEnds: true, asksDeadlines: true) } };
        Session[] expected = [.. SessionOracle.Sessionize(events, definition.ResolveRules(), SessionIds.Ordinal, 100, events.Max(e => e.TimestampMs))];

        Session[] sessions = await SessionsAsync(
            definition, [_folder.Write("events.ndjson", content)], new BatchOptions { Threads = 2, MemoryBytes = BatchOptions.LeastMemoryBytes, TempFolder = _folder.Path });

        Assert.Equal(expected, sessions.OrderBy(session => session.UserId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_CancelledWhileReading_WritesNothing()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        string input = _folder.Write("events.ndjson", Input(seed: 1).Content);
        SessionizationDefinition definition = Definition(input, SessionFileSink.ToFile(_folder.File("out.ndjson"), SessionFileFormat.Ndjson), _folder.File("bad.ndjson"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new BatchSessionizer(definition, options: new BatchOptions { Threads = 2 })
            .RunAsync(progress: new CancellingProgress(stop), cancellationToken: stop.Token));

        Assert.Equal(["events.ndjson"], _folder.Names());
    }

    [Fact]
    public async Task RunAsync_SinkThatFailsHalfWay_TellsWhatItSaidAndStopsAllThreads()
    {
        string input = _folder.Write("events.ndjson", Input(seed: 1).Content);
        SessionizationDefinition definition = Definition(input, SessionFileSink.ToStream(new FailingStream(200_000), SessionFileFormat.Ndjson), _folder.File("bad.ndjson"));

        SessionizeException thrown = await Assert.ThrowsAsync<SessionizeException>(
            () => new BatchSessionizer(definition, options: new BatchOptions { Threads = 4 }).RunAsync(cancellationToken: Token));

        Assert.Contains("no more room", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson"], _folder.Names());
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(257, null)]
    [InlineData(1, 1024L)]
    public void Constructor_OptionOutOfRange_IsRefused(int threads, long? memory) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new BatchSessionizer(new SessionizationDefinition(), options: new BatchOptions { Threads = threads, MemoryBytes = memory }));

    private async Task<(byte[] Rows, byte[] Letters, SessionizationSummary Summary)> RunAsync(string input, SessionFileFormat format, BatchOptions options)
    {
        using MemoryStream rows = new();
        string letters = _folder.File("bad.ndjson");
        SessionizationDefinition definition = Definition(input, SessionFileSink.ToStream(rows, format), letters);
        SessionizationSummary summary = await new BatchSessionizer(definition, options: options).RunAsync(cancellationToken: Token);
        byte[] bad = File.ReadAllBytes(letters);
        File.Delete(letters);

        // The only thing in it that may differ is the name of the input.
        return (rows.ToArray(), Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bad).Replace(Path.GetFileName(input), "INPUT", StringComparison.Ordinal)), summary);
    }

    private static async Task<Session[]> SessionsAsync(SessionizationDefinition definition, IReadOnlyList<string> inputs, BatchOptions options)
    {
        InMemorySessionTable table = new();
        definition.Source = context => new FileEventSource(inputs, context.Parser);
        definition.Sink = _ => new InMemorySessionSink(table);
        definition.DeadLetters = _ => new InMemoryDeadLetterSink();
        await new BatchSessionizer(definition, options: options).RunAsync(cancellationToken: Token);
        return [.. table.Sessions];
    }

    private static SessionizationDefinition Definition(string input, ISessionSink sink, string letters) => new()
    {
        Source = context => new FileEventSource([input], context.Parser),
        Sink = _ => sink,
        DeadLetters = _ => NdjsonDeadLetterSink.ForBatch(letters),
    };

    /// <summary>Lines of several shapes, with ties of time, ids that decide them, escapes, bad lines and blank ones.</summary>
    private static (List<ClickstreamEvent> Events, byte[] Content, int Bad) Input(int seed)
    {
        Random random = new(seed);
        List<ClickstreamEvent> events = [];
        StringBuilder lines = new();
        int bad = 0;
        for (int i = 0; i < Lines; i++)
        {
            if (random.Next(500) == 0)
            {
                lines.Append(random.Next(3) switch { 0 => "\r\n", 1 => "  \n", _ => "{\"uuid\":1,\n" });
                bad += lines[^2] == ',' ? 1 : 0;
                continue;
            }

            ClickstreamEvent e = new($"user-{random.Next(700)}", BaseMs + (i * 20L / 1000 * 1000) - (random.Next(9) == 0 ? random.Next(60) * 1000 : 0), $"p\"{random.Next(30)}", $"id{random.Next(100_000)}")
            {
                Fields = new Dictionary<string, string?>(StringComparer.Ordinal) { ["c"] = $"c{random.Next(3)}" },
            };
            events.Add(e);
            string page = JsonSerializer.Serialize(e.PageName);
            lines.Append(random.Next(7) == 0
                ? $$"""{"c":"{{e.Fields["c"]}}","event_timestamp":{{e.TimestampMs}},"uuid":"{{e.UserId}}","page_name":{{page}},"x":[1,{}],"event_id":"{{e.EventId}}"}"""
                : $$"""{"event_id":"{{e.EventId}}","page_name":{{page}},"event_timestamp":"{{e.TimestampMs}}","uuid":"{{e.UserId}}","c":"{{e.Fields["c"]}}"}""");
            lines.Append('\n');
        }

        return (events, Encoding.UTF8.GetBytes(lines.ToString()), bad);
    }

    private static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private static byte[] Unpack(byte[] packed)
    {
        using GZipStream gzip = new(new MemoryStream(packed), CompressionMode.Decompress);
        using MemoryStream content = new();
        gzip.CopyTo(content);
        return content.ToArray();
    }

    private sealed class CancellingProgress(CancellationTokenSource stop) : IProgress<SessionizationProgress>
    {
        public void Report(SessionizationProgress value) => stop.Cancel();
    }

    private sealed class ThrowingSink : ISessionBatchSink
    {
        public bool IsDiscarded { get; private set; }

        public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) => new([]);

        public Func<CancellationToken, ValueTask> Encode(SessionBatch rows) => throw new NotSupportedException("Not these rows.");

        public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken) => throw new InvalidOperationException("Columns are asked for.");

        public ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken) => throw new InvalidOperationException("There is nothing to commit.");

        public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken) => new(false);

        public ValueTask DiscardAsync(CancellationToken cancellationToken)
        {
            IsDiscarded = true;
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FailingStream(long room) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Length + buffer.Length > room ? ValueTask.FromException(new IOException("There is no more room.")) : base.WriteAsync(buffer, cancellationToken);
    }
}
