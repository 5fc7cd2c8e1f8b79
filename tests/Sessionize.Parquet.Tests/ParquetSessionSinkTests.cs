using Sessionize.Parquet.Tests.Columns;
using Sessionize.Parquet.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Parquet.Tests;

public sealed class ParquetSessionSinkTests : IDisposable
{
    private static readonly SinkCommit s_commit = new("clicks", Guid.Parse("11111111-2222-3333-4444-555555555555"), []);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CommitAsync_SessionsOneByOne_FormRowGroupsOfTheirNumber()
    {
        string path = _folder.File("out.parquet");
        Session[] sessions = Sessions(25);
        await using (ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToFile(path, new ParquetSessionOptions { RowGroupRows = 10 })))
        {
            foreach (Session[] few in sessions.Chunk(7))
            {
                await sink.WriteAsync(Added(few), Token);
            }

            await sink.CommitAsync(s_commit, Token);
        }

        byte[] file = await File.ReadAllBytesAsync(path, Token);
        Assert.Equal(sessions, ReadSessions.Of(file));
        Assert.Equal([10L, 10L, 5L], Layout.List(Layout.Footer(file), 4).Select(group => (long)group[3]));
        Assert.Equal(["out.parquet"], _folder.Names());
    }

    [Fact]
    public async Task Encode_OnSeveralThreads_StagesInTheOrderOfTheCalls()
    {
        string path = _folder.File("out.parquet");
        Session[][] groups = [.. Sessions(400).Chunk(9)];
        await using (ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToFile(path)))
        {
            Func<CancellationToken, ValueTask>[] stages = new Func<CancellationToken, ValueTask>[groups.Length];
            Parallel.For(0, groups.Length, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, i => stages[i] = sink.Encode(SessionFiles.Batch(groups[i])));
            foreach (Func<CancellationToken, ValueTask> stage in stages)
            {
                await stage(Token);
            }

            await sink.CommitAsync(s_commit, Token);
        }

        byte[] file = await File.ReadAllBytesAsync(path, Token);
        Assert.Equal(groups.SelectMany(group => group), ReadSessions.Of(file));

        // And the bytes are those of one thread and of an encoder for each group.
        Assert.Equal(SessionFiles.Write(groups).File, file);
    }

    [Fact]
    public async Task Encode_BetweenSessionsOneByOne_KeepsTheOrder()
    {
        Session[] sessions = Sessions(9);
        using MemoryStream stream = new();
        await using (ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToStream(stream)))
        {
            await sink.WriteAsync(Added(sessions[..3]), Token);
            await sink.Encode(SessionFiles.Batch(sessions[3..6]))(Token);
            await sink.WriteAsync(Added(sessions[6..]), Token);
            await sink.CommitAsync(s_commit, Token);
        }

        Assert.Equal(sessions, ReadSessions.Of(stream.ToArray()));
    }

    [Fact]
    public async Task CommitAsync_NoSessions_MakesAFileAllTheSame()
    {
        string path = _folder.File("out.parquet");
        await using ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToFile(path));
        await sink.CommitAsync(s_commit, Token);

        Assert.Empty(ReadSessions.Of(await File.ReadAllBytesAsync(path, Token)));
    }

    [Fact]
    public async Task CommitAsync_Repeated_IsCommittedOnce()
    {
        string path = _folder.File("out.parquet");
        await using ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToFile(path));
        await sink.WriteAsync(Added(Sessions(1)), Token);
        Assert.False(await sink.HasCommittedAsync(s_commit, Token));
        await sink.CommitAsync(s_commit, Token);
        byte[] file = await File.ReadAllBytesAsync(path, Token);

        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(s_commit, Token));
        Assert.True(await sink.HasCommittedAsync(s_commit, Token));
        await sink.DiscardAsync(Token);
        Assert.Equal(file, await File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public async Task DiscardAsync_AfterWriting_LeavesNothing()
    {
        await using ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToFile(_folder.File("out.parquet")));
        await sink.Encode(SessionFiles.Batch(Sessions(1000)))(Token);
        await sink.DiscardAsync(Token);

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task DisposeAsync_WithoutCommit_LeavesTheOldFile()
    {
        string path = _folder.Write("out.parquet", "old");
        await using (ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToFile(path, overwrite: true)))
        {
            await sink.WriteAsync(Added(Sessions(1)), Token);
            _ = sink.Encode(SessionFiles.Batch(Sessions(5)));
        }

        Assert.Equal("old", await File.ReadAllTextAsync(path, Token));
        Assert.Equal(["out.parquet"], _folder.Names());
    }

    [Fact]
    public async Task OpenAsync_FileExists_IsRefusedByItsName()
    {
        string path = _folder.Write("out.parquet", "old");
        await using ParquetSessionSink sink = ParquetSessionSink.ToFile(path);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => OpenAsync(sink));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_WithLanes_SaysThatAFileIsForBatch()
    {
        await using ParquetSessionSink sink = ParquetSessionSink.ToFile(_folder.File("out.parquet"));
        await using InMemorySessionStateStore store = new();

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            () => sink.OpenAsync(new SinkOpening("clicks", [new LaneId(0)], store), Token).AsTask());

        Assert.Contains("batch", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task WriteAsync_Retraction_IsRefused()
    {
        await using ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToFile(_folder.File("out.parquet")));

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => sink.WriteAsync([new SessionChange(SessionChangeKind.Retracted, StatisticsTests.Example)], Token).AsTask());
    }

    [Fact]
    public async Task Encode_NoRows_IsRefused()
    {
        await using ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToStream(Stream.Null));

        Assert.Throws<ArgumentException>(() => sink.Encode(new SessionBatch()));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(253_402_300_800_000)]
    public async Task Encode_TimeWithoutDate_IsRefusedByItsValue(long time)
    {
        await using ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToStream(Stream.Null));

        ArgumentException failure = Assert.Throws<ArgumentException>(
            () => sink.Encode(SessionFiles.Batch([StatisticsTests.Example with { EndMs = time }])));

        Assert.Contains($"{time}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToStream_DiskIsFull_SaysSo()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Skip("There is no /dev/full here; run on Linux.");
        }

        FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () =>
        {
            await using ParquetSessionSink sink = await OpenAsync(ParquetSessionSink.ToStream(full));
            await sink.WriteAsync(Added(Sessions(1)), Token);
            await sink.CommitAsync(s_commit, Token);
        });

        Assert.Contains("Cannot write", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public void ToFile_OptionOutOfRange_IsRefusedByItsName(ParquetSessionOptions options, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => ParquetSessionSink.ToFile("x", options)).ParamName);

    public static TheoryData<ParquetSessionOptions, string> WrongOptions => new()
    {
        { new ParquetSessionOptions { Compression = (ParquetCompression)7 }, "Compression" },
        { new ParquetSessionOptions { CompressionLevel = 0 }, "CompressionLevel" },
        { new ParquetSessionOptions { CompressionLevel = 23 }, "CompressionLevel" },
        { new ParquetSessionOptions { PageRows = 0 }, "PageRows" },
        { new ParquetSessionOptions { PageBytes = 1023 }, "PageBytes" },
        { new ParquetSessionOptions { RowGroupRows = 0 }, "RowGroupRows" },
    };

    private static async Task<ParquetSessionSink> OpenAsync(ParquetSessionSink sink)
    {
        await using InMemorySessionStateStore store = new();
        Assert.Empty(await sink.OpenAsync(new SinkOpening("clicks", [], store), Token));
        return sink;
    }

    private static SessionChange[] Added(IEnumerable<Session> sessions) => [.. sessions.Select(session => new SessionChange(SessionChangeKind.Added, session))];

    private static Session[] Sessions(int count) =>
    [
        .. Enumerable.Range(0, count).Select(n => StatisticsTests.Example with
        {
            UserId = $"u{n / 3}", SessionId = $"s{n}", StartMs = 1000L * n, EndMs = 2000L * n, EventCount = 1 + (n % 5), EntryPage = n % 4 == 0 ? null : $"p{n % 7}",
            PagesVisited = [.. Enumerable.Range(0, n % 6).Select(page => $"p{page * n % 11}")],
        }),
    ];
}
