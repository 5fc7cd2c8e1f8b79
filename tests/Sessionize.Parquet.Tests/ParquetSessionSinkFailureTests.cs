using Sessionize.Parquet.Tests.Columns;
using Sessionize.Parquet.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Parquet.Tests;

/// <summary>A stream fails once, and all goes on as if nothing had been: what is committed then is whole, or nothing is.</summary>
public sealed class ParquetSessionSinkFailureTests
{
    private const int RowGroupRows = 4;

    private static readonly SinkCommit s_commit = new("clicks", Guid.Parse("11111111-2222-3333-4444-555555555555"), []);
    private static readonly Session[] s_sessions = [.. Enumerable.Range(0, 17).Select(n => StatisticsTests.Example with { SessionId = $"s{n}" })];

    public enum Failure
    {
        TimedOut,
        NoRoom,
        Cancelled,
        SaysThatItPasses,
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Failure, double> Cases => new MatrixTheoryData<Failure, double>(Enum.GetValues<Failure>(), [0, 0.5, 1]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task CommitAsync_AfterAnyCallOfTheStreamFailed_CommitsTheWholeFileOrRefuses(Failure failure, double share)
    {
        byte[] whole = SessionFiles.Write([s_sessions[..4], s_sessions[4..5], s_sessions[5..12], s_sessions[12..16], s_sessions[16..]]).File;
        int calls = 0;
        for (; ; calls++)
        {
            using FailsOnceStream stream = new(calls, share, () => Exception(failure));
            await using ParquetSessionSink sink = ParquetSessionSink.ToStream(stream, new ParquetSessionOptions { RowGroupRows = RowGroupRows });
            await WriteAsync(sink);
            Exception? first = await Record.ExceptionAsync(() => sink.CommitAsync(s_commit, Token).AsTask());
            if (!stream.HasFailed)
            {
                Assert.Null(first);
                Assert.Equal(whole, stream.ToArray());
                break;
            }

            Assert.NotNull(first);
            Assert.False(await sink.HasCommittedAsync(s_commit, Token));
            for (int i = 0; i < 2; i++)
            {
                if (stream.FailedInFlush)
                {
                    Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(s_commit, Token));
                    Assert.Equal(whole, stream.ToArray());
                    continue;
                }

                SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(() => sink.CommitAsync(s_commit, Token).AsTask());
                Assert.False(refusal.IsTransient);
                Assert.Contains("run again", refusal.Message, StringComparison.Ordinal);
                Assert.False(await sink.HasCommittedAsync(s_commit, Token));
            }
        }

        // The beginning, five row groups, the footer, and the flush.
        Assert.Equal(8, calls);
    }

    [Fact]
    public async Task Encode_AfterTheCommit_IsRefused()
    {
        using MemoryStream stream = new();
        await using ParquetSessionSink sink = ParquetSessionSink.ToStream(stream);
        await WriteAsync(sink);
        await sink.CommitAsync(s_commit, Token);
        byte[] committed = stream.ToArray();

        await Assert.ThrowsAsync<InvalidOperationException>(() => sink.Encode(SessionFiles.Batch(s_sessions))(Token).AsTask());

        Assert.Equal(committed, stream.ToArray());
    }

    /// <summary>Sessions one by one, a batch of them, and one by one again; whatever fails, the next ones are written.</summary>
    private static async Task WriteAsync(ParquetSessionSink sink)
    {
        await using InMemorySessionStateStore store = new();
        _ = await Record.ExceptionAsync(() => sink.OpenAsync(new SinkOpening("clicks", [], store), Token).AsTask());
        _ = await Record.ExceptionAsync(() => sink.WriteAsync(Added(s_sessions[..5]), Token).AsTask());
        _ = await Record.ExceptionAsync(() => sink.Encode(SessionFiles.Batch(s_sessions[5..12]))(Token).AsTask());
        _ = await Record.ExceptionAsync(() => sink.WriteAsync(Added(s_sessions[12..]), Token).AsTask());
    }

    private static SessionChange[] Added(IEnumerable<Session> sessions) => [.. sessions.Select(session => new SessionChange(SessionChangeKind.Added, session))];

    private static Exception Exception(Failure failure) => failure switch
    {
        Failure.TimedOut => new TimeoutException("The other side says nothing."),
        Failure.NoRoom => new IOException("The disk is full."),
        Failure.Cancelled => new OperationCanceledException(),
        _ => new SessionizeException("The store is busy. Wait a little.", isTransient: true),
    };
}
