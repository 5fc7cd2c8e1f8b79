using Sessionize.Engine;
using Sessionize.Sinks;
using Sessionize.State;
using Sessionize.Testing.Harness;
using Sessionize.Tests.Sinks;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class StreamingEngineTests
{
    private readonly EnginePlaces _places = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CommitAsync_SinkThatIsAwayForAWhile_IsTriedAgainAfterLongerAndLongerPauses()
    {
        FailingSink sink = NewSink();
        StreamingEngine engine = await StartWithASessionAsync(sink);
        int opened = sink.Commits;
        sink.BeforeCommit = attempt =>
        {
            if (attempt - opened <= 4)
            {
                throw new SessionizeException("The catalog is away.", isTransient: true);
            }
        };

        Assert.True(await CommitAsync(engine));

        Assert.Equal(4, _places.Clock.Pauses.Count);
        Assert.All(_places.Clock.Pauses.Index(), pause => Assert.InRange(pause.Item.TotalMilliseconds, 100 << pause.Index, 150 << pause.Index));
        Assert.Single(_places.Table.Sessions);
    }

    [Fact]
    public async Task CommitAsync_SinkThatStaysAway_StopsWithItsMessageAfterAWhile()
    {
        FailingSink sink = NewSink();
        StreamingEngine engine = await StartWithASessionAsync(sink);
        sink.BeforeCommit = _ => throw new TimeoutException("No answer.");

        TimeoutException thrown = await Assert.ThrowsAsync<TimeoutException>(() => CommitAsync(engine));

        Assert.Equal("No answer.", thrown.Message);
        Assert.InRange(_places.Clock.Pauses.Sum(pause => pause.TotalSeconds), 12, 20);
        Assert.Empty(_places.Table.Sessions);
    }

    [Fact]
    public async Task CommitAsync_SinkThatRefusesForGood_IsLookedUpAndStopsAtOnceWithItsMessage()
    {
        FailingSink sink = NewSink();
        StreamingEngine engine = await StartWithASessionAsync(sink);
        int opened = sink.Commits;
        sink.BeforeCommit = _ => throw new SessionizeException("The table has no column 'uuid': add it.");

        Task<bool> committing = engine.CommitAsync(engine.BeginCommit(force: true)!, Token).AsTask();
        SessionizeException thrown = await Assert.ThrowsAsync<SessionizeException>(() => committing);

        Assert.Equal("The table has no column 'uuid': add it.", thrown.Message);
        Assert.Equal(opened + 1, sink.Commits);
        Assert.Equal(1, sink.LookUps);
        Assert.Empty(_places.Table.Sessions);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_AnswerThatIsLost_IsFoundAndNotRepeated(bool isTransient)
    {
        FailingSink sink = NewSink();
        StreamingEngine engine = await StartWithASessionAsync(sink);
        int opened = sink.Commits;
        sink.AfterCommit = _ => throw new SessionizeException("Cut off.", isTransient: isTransient);
        sink.BeforeLookUp = attempt =>
        {
            if (attempt < 3)
            {
                throw new TimeoutException("Still away.");
            }
        };

        Assert.True(await CommitAsync(engine));

        Assert.Equal(opened + 1, sink.Commits);
        Assert.Equal(3, sink.LookUps);
        Assert.Single(_places.Table.Sessions);
    }

    [Fact]
    public async Task CommitAsync_LookUpThatFailsForGood_StopsAtOnce()
    {
        FailingSink sink = NewSink();
        StreamingEngine engine = await StartWithASessionAsync(sink);
        sink.AfterCommit = _ => throw new TimeoutException("No answer.");
        sink.BeforeLookUp = _ => throw new SessionizeException("The history is damaged.");

        SessionizeException thrown = await Assert.ThrowsAsync<SessionizeException>(
            () => engine.CommitAsync(engine.BeginCommit(force: true)!, Token).AsTask());

        Assert.Equal("The history is damaged.", thrown.Message);
        Assert.Equal(1, sink.LookUps);
    }

    [Fact]
    public async Task OpenAsync_VersionThatItsProcessDidNotConfirm_StaysWhenOthersConfirmADayLater()
    {
        LaneId lane = new(0);
        CrashPoint crash = new();
        StreamingEngine first = await _places.StartAsync(store: new CrashingStateStore(new InMemorySessionStateStore(_places.Folder), crash));
        StateVersion opened = _places.Table.Commits[^1].Lanes[0].To;
        _places.Send(EnginePlaces.Event("u", 0), first);
        crash.At(2);
        await Assert.ThrowsAsync<SimulatedCrashException>(() => CommitAsync(first));
        StateVersion committed = _places.Table.Commits[^1].Lanes[0].To;
        Assert.NotEqual(opened, committed);

        await _places.StartAsync();
        _places.Clock.Advance(TimeSpan.FromDays(2));
        await new InMemorySessionStateStore(_places.Folder).ConfirmAsync(lane, opened, Token);

        Assert.Contains(committed, _places.Folder.VersionsOf(lane));
        await _places.StartAsync();
    }

    [Fact]
    public async Task OpenAsync_OthersGoOnUntilTheVersionIsDeleted_LoadsTheNewerOne()
    {
        StreamingEngine owner = await _places.StartAsync();
        InterruptedStateStore store = new(_places.Folder)
        {
            BeforeLoad = async () =>
            {
                for (int commit = 0; commit < 25; commit++)
                {
                    _places.Send(EnginePlaces.Event("u", commit), owner);
                    Assert.True(await CommitAsync(owner));
                }
            },
        };

        StreamingEngine next = await _places.StartAsync(store: store);

        Assert.Null(store.BeforeLoad);
        Assert.Equal(_places.Log.Count, Assert.Single(next.Lanes).Partitions[0].Next);
        _places.Send(EnginePlaces.Event("u", 30), next);
        Assert.True(await CommitAsync(next));
    }

    [Fact]
    public async Task OpenAsync_VersionIsGone_FailsWithItsName()
    {
        StreamingEngine owner = await _places.StartAsync();
        _places.Send(EnginePlaces.Event("u", 0), owner);
        Assert.True(await CommitAsync(owner));

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => _places.StartAsync(store: new InMemorySessionStateStore()));

        Assert.Contains(_places.Table.Commits[^1].Lanes[0].To.Name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommitAsync_IdleCloseAtAnUnchangedPositionPreparedThenCrashThenRestart_LosesNothing()
    {
        CrashPoint crash = new();
        StreamingEngine first = await _places.StartAsync(store: new CrashingStateStore(new InMemorySessionStateStore(_places.Folder), crash));
        _places.Send(EnginePlaces.Event("u", 0), first);
        Assert.True(await CommitAsync(first));
        long position = _places.Table.Commits[^1].Lanes[0].Positions[0].Next;

        _places.BeIdle(first, TimeSpan.FromHours(1));
        CommitBarrier barrier = first.BeginCommit(force: false)!;
        Assert.Single(barrier.Closed);
        Assert.Equal(position, barrier.Commit.Lanes[0].Positions[0].Next);
        crash.At(1);
        await Assert.ThrowsAsync<SimulatedCrashException>(() => first.CommitAsync(barrier, Token).AsTask());
        Assert.Contains(barrier.Commit.Lanes[0].To, _places.Folder.VersionsOf(new LaneId(0)));
        Assert.Empty(_places.Table.Sessions);

        StreamingEngine second = await _places.StartAsync();
        _places.BeIdle(second, TimeSpan.FromHours(1));
        Assert.True(await CommitAsync(second));

        Assert.Equal("u", Assert.Single(_places.Table.Sessions).UserId);
        Assert.Equal(position, _places.Table.Commits[^1].Lanes[0].Positions[0].Next);
    }

    [Fact]
    public async Task CommitAsync_ZombieThatPreparesOverANewerCommit_DoublesNothing()
    {
        StreamingEngine zombie = await _places.StartAsync();
        _places.Send(EnginePlaces.Event("u", 0), zombie);
        Assert.True(await CommitAsync(zombie));
        StreamingEngine owner = await _places.StartAsync();

        // Both close the session by the clock, at the same position.
        _places.BeIdle(owner, TimeSpan.FromHours(1));
        Assert.True(await CommitAsync(owner));
        _places.BeIdle(zombie, TimeSpan.FromHours(1));
        CommitBarrier stale = zombie.BeginCommit(force: true)!;
        Assert.Single(stale.Closed);
        Assert.Equal(_places.Table.Commits[^1].Lanes[0].Positions[0].Next, stale.Commit.Lanes[0].Positions[0].Next);

        Assert.False(await zombie.CommitAsync(stale, Token));
        Assert.Contains(stale.Commit.Lanes[0].To, _places.Folder.VersionsOf(new LaneId(0)));
        Assert.Single(_places.Table.Sessions);

        // It goes on from what the owner committed, and has nothing to add.
        await _places.ReloadAsync(zombie);
        zombie.CloseAll(null);
        Assert.True(await CommitAsync(zombie));
        Assert.Single(_places.Table.Sessions);
        Assert.Equal(_places.Table.Commits[^2].Lanes[0].To, _places.Table.Commits[^1].Lanes[0].From);
    }

    private FailingSink NewSink() => new(new InMemorySessionSink(_places.Table));

    private async Task<StreamingEngine> StartWithASessionAsync(ISessionSink sink)
    {
        StreamingEngine engine = await _places.StartAsync(sink);
        _places.Send(EnginePlaces.Event("u", 0), engine);
        engine.CloseAll(null);
        return engine;
    }

    /// <summary>Commits what there is; pauses pass as fast as they can.</summary>
    private async Task<bool> CommitAsync(StreamingEngine engine)
    {
        Task<bool> committing = engine.CommitAsync(engine.BeginCommit(force: true)!, Token).AsTask();
        while (!committing.IsCompleted)
        {
            _places.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await committing;
    }
}
