using Sessionize.Tests.Support;
using Xunit;

#pragma warning disable xUnit1069 // Every test uses the token of its context, by way of Token.

namespace Sessionize.Tests;

public sealed class SessionizationPipelineTests : IAsyncDisposable
{
    private const long BaseMs = 1_704_082_500_000;
    private const int TimeoutMs = 300_000;

    private readonly RecordingSink _sink = new();
    private readonly SessionizationPipeline _pipeline;

    public SessionizationPipelineTests() =>
        _pipeline = new SessionizationPipeline(SessionizationDefinition.Build(sessions => sessions.To(_ => _sink)));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact(Timeout = TimeoutMs)]
    public async Task PostAsync_PipelineThatIsBehind_Waits()
    {
        int posted = 0;
        ValueTask last;
        do
        {
            last = _pipeline.PostAsync(Event("u", posted++), Token);
        }
        while (last.IsCompletedSuccessfully);
        Assert.Equal(4097, posted);

        Task running = _pipeline.RunAsync(Token);
        await last;
        await _pipeline.CompleteAsync(cancellationToken: Token);
        await running;

        Assert.Equal(posted, _sink.Sessions.Sum(session => session.EventCount));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task PostAsync_GivenUpWhileWaiting_IsNotTaken()
    {
        using CancellationTokenSource givingUp = new();
        int posted = 0;
        ValueTask last;
        while ((last = _pipeline.PostAsync(Event("u", posted), givingUp.Token)).IsCompletedSuccessfully)
        {
            posted++;
        }

        await givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await last);
        Task running = _pipeline.RunAsync(Token);
        await _pipeline.CompleteAsync(cancellationToken: Token);
        await running;

        Assert.Equal(posted, _sink.Sessions.Sum(session => session.EventCount));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task PostAsync_AfterCompletion_NamesThePipeline()
    {
        Task running = _pipeline.RunAsync(Token);
        await _pipeline.CompleteAsync(cancellationToken: Token);
        await running;

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () => await _pipeline.PostAsync(Event("u", 0), Token));
        Assert.Contains("'sessionize'", thrown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _pipeline.CompleteAsync(cancellationToken: Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _pipeline.AdvanceToAsync(At(0), Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _pipeline.RunAsync(Token));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task PostAsync_PipelineWithASource_SaysSo()
    {
        await using SessionizationPipeline pipeline = new(SessionizationDefinition.Build(sessions =>
            sessions.To(_ => _sink).FromItems(new[] { 0, 5, 60 }.ToAsyncEnumerable(), minute => Event("u", minute))));

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipeline.PostAsync(Event("u", 0), Token));
        await pipeline.RunAsync(Token);

        Assert.Contains("reads from a source", thrown.Message, StringComparison.Ordinal);
        Assert.Equal([2, 1], _sink.Sessions.Select(session => session.EventCount));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task CompleteAsync_EndTimeBelowAnEvent_IsRefusedWithBothTimesAndThePipelineGoesOn()
    {
        Task running = _pipeline.RunAsync(Token);
        await _pipeline.PostAsync(Event("u", 10), Token);

        SessionizeException thrown = await Assert.ThrowsAsync<SessionizeException>(() => _pipeline.CompleteAsync(At(9), Token));

        Assert.Contains($"{BaseMs + (9 * 60_000)} ms", thrown.Message, StringComparison.Ordinal);
        Assert.Contains($"{BaseMs + (10 * 60_000)} ms", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(0, _pipeline.Counts.ClosedSessions);
        Assert.False(running.IsCompleted);

        await _pipeline.PostAsync(Event("u", 11), Token);
        await Assert.ThrowsAsync<SessionizeException>(() => _pipeline.CompleteAsync(At(10), Token));
        await _pipeline.CompleteAsync(At(11), Token);
        await running;
        Assert.Equal(2, Assert.Single(_sink.Sessions).EventCount);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task CompleteAsync_WhileACompletionIsPending_IsRefusedAndSoIsPosting()
    {
        await _pipeline.PostAsync(Event("u", 10), Token);
        Task first = _pipeline.CompleteAsync(At(9), Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _pipeline.CompleteAsync(At(10), Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _pipeline.PostAsync(Event("u", 11), Token));

        Task running = _pipeline.RunAsync(Token);
        await Assert.ThrowsAsync<SessionizeException>(() => first);
        await _pipeline.CompleteAsync(At(10), Token);
        await running;

        Assert.Equal(1, Assert.Single(_sink.Sessions).EventCount);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task CompleteAsync_PipelineThatIsBehind_EndsBehindAllThatWasPosted()
    {
        int posted = 0;
        ValueTask last;
        do
        {
            last = _pipeline.PostAsync(Event("u", posted++), Token);
        }
        while (last.IsCompletedSuccessfully);

        Task completing = _pipeline.CompleteAsync(cancellationToken: Token);
        Task running = _pipeline.RunAsync(Token);
        await last;
        await completing;
        await running;

        Assert.Equal(posted, _sink.Sessions.Sum(session => session.EventCount));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task CompleteAsync_PipelineThatStopsBeforeItIsDecided_SaysThatNothingClosed()
    {
        using CancellationTokenSource stop = new();
        await _pipeline.PostAsync(Event("u", 10), Token);
        Task completing = _pipeline.CompleteAsync(cancellationToken: Token);
        await stop.CancelAsync();
        await _pipeline.RunAsync(stop.Token);
        SessionizeException thrown = await Assert.ThrowsAsync<SessionizeException>(() => completing);
        Assert.Contains("were not closed", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(_sink.Sessions);
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData(39, EndReasons.EndOfInput)]
    [InlineData(41, "Inactivity")]
    public async Task CompleteAsync_EndTime_DecidesTheLastReason(int endMinute, string reason)
    {
        Task running = _pipeline.RunAsync(Token);
        await _pipeline.PostAsync(Event("u", 10), Token);

        await _pipeline.CompleteAsync(At(endMinute), Token);
        await running;

        Assert.Equal(reason, Assert.Single(_sink.Sessions).EndReason);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task AdvanceToAsync_PastTheTimeout_ClosesWhatIsDue()
    {
        IAsyncEnumerable<SessionChange> closing = _pipeline.ReadSessionsAsync(Token);
        Task running = _pipeline.RunAsync(Token);
        await _pipeline.PostAsync(Event("due", 0), Token);
        await _pipeline.PostAsync(Event("open", 1), Token);

        await _pipeline.AdvanceToAsync(At(30) + TimeSpan.FromMilliseconds(1), Token);
        await foreach (SessionChange change in closing)
        {
            Assert.Equal("due", change.Session.UserId);
            break;
        }

        Assert.Equal(1, _pipeline.Counts.ClosedSessions);
        Assert.Equal(2, _pipeline.Counts.Events);
        await _pipeline.CompleteAsync(cancellationToken: Token);
        await running;
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task ReadSessionsAsync_SeveralReaders_GiveAllSessionsEachAndWaitForNoneThatStopped()
    {
        const int users = 3000;
        Task<List<string>>[] all = [ReadAsync(int.MaxValue), ReadAsync(int.MaxValue)];
        Task<List<string>> few = ReadAsync(10);
        Task running = _pipeline.RunAsync(Token);
        for (int user = 0; user < users; user++)
        {
            await _pipeline.PostAsync(Event($"u{user:d4}", 0), Token);
        }

        await _pipeline.CompleteAsync(cancellationToken: Token);
        await running;

        Assert.Equal(10, (await few).Count);
        foreach (Task<List<string>> reader in all)
        {
            Assert.Equal(Enumerable.Range(0, users).Select(user => $"u{user:d4}"), await reader);
        }

        Assert.Empty(await ReadAsync(int.MaxValue));

        async Task<List<string>> ReadAsync(int count)
        {
            List<string> found = [];
            await foreach (SessionChange change in _pipeline.ReadSessionsAsync(Token))
            {
                found.Add(change.Session.UserId);
                if (found.Count == count)
                {
                    break;
                }
            }

            return found;
        }
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_CancelledWhileAReaderIsBehind_CommitsWhatWasTaken()
    {
        const int users = 3000;
        using CancellationTokenSource stop = new();
        IAsyncEnumerator<SessionChange> reader = _pipeline.ReadSessionsAsync(Token).GetAsyncEnumerator(Token);
        Task running = _pipeline.RunAsync(stop.Token);
        for (int user = 0; user < users; user++)
        {
            await _pipeline.PostAsync(Event($"u{user:d4}", 0), Token);
        }

        await _pipeline.AdvanceToAsync(At(60), Token);
        Assert.True(await reader.MoveNextAsync());

        await stop.CancelAsync();
        await running;

        Assert.Equal(users, _sink.Sessions.Count);
        await reader.DisposeAsync();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_SourceThatAlwaysHasRecords_StopsWhenAskedAndCommitsWhatItTook()
    {
        EndlessSource source = new(BaseMs);
        RecordingSink sink = new();
        SessionizationDefinition definition = new() { Source = _ => source, Sink = _ => sink };
        await using SessionizationPipeline pipeline = new(definition);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task running = Task.Run(() => pipeline.RunAsync(stop.Token), Token);
        while (source.Records < 100_000)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await running;

        await sink.NextCommitAsync();
        SinkCommit last = await sink.NextCommitAsync();
        Assert.Equal(source.Records, last.Lanes[0].Positions[0].Next);
        Assert.Equal(source.Records, pipeline.Counts.Events);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_SinkThatFails_FailsEverybodyWithItsError()
    {
        IAsyncEnumerable<SessionChange> reading = _pipeline.ReadSessionsAsync(Token);
        _sink.OnCommit = _ => throw new SessionizeException("The table is gone.");

        SessionizeException thrown = await Assert.ThrowsAsync<SessionizeException>(() => _pipeline.RunAsync(Token));

        Assert.Equal("The table is gone.", thrown.Message);
        Assert.Same(thrown, await Assert.ThrowsAsync<SessionizeException>(async () =>
        {
            await foreach (SessionChange _ in reading)
            {
                Assert.Fail("Nothing closed.");
            }
        }));
        Assert.Same(thrown, (await Assert.ThrowsAsync<InvalidOperationException>(() => _pipeline.CompleteAsync(cancellationToken: Token))).InnerException);
        Assert.True(_sink.IsDisposed);
    }

    private static DateTimeOffset At(int minute) => DateTimeOffset.FromUnixTimeMilliseconds(BaseMs).AddMinutes(minute);

    private static ClickstreamEvent Event(string user, int minute) => new(user, At(minute));
}
