using Confluent.Kafka;
using Sessionize.Kafka.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>Commits whose process ends, stands still, or loses an answer at every call.</summary>
public sealed class KafkaTransactionFaultTests(KafkaBroker broker)
{
    private const string Pipeline = "clicks";

    // Init, begin, the messages Begun, two sessions, Turn, and the records of two lanes, commit: each fails before and behind.
    private const int Points = 18;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_FailsAtEveryCall_ReadersSeeEachSessionOnce(bool recovers)
    {
        await broker.StartAsync();
        int[] copies = await Task.WhenAll(Enumerable.Range(0, Points).Select(point => FailAsync(point, recovers)));

        // What was sent by those that failed is there, and hidden: without transactions it would be seen.
        Assert.Contains(copies, count => count > 3);
    }

    [Fact]
    public async Task CommitAsync_ProcessThatStoodStill_IsRefusedAndItsSessionsStayHidden()
    {
        await broker.StartAsync();
        SessionTopic topic = SessionTopic.New(broker);
        ProducerCalls calls = new() { PausesBefore = ("CommitTransaction", 2) };
        await using KafkaTransactionalSessionSink zombie = topic.Open(calls);
        await OpenAsync(zombie, 0, 1);
        LaneCommit first = Step(0, null);
        await CommitAsync(zombie, ["ada"], first);
        SinkCommit late = Commit(Step(0, first.To), Step(1, null));
        await zombie.WriteAsync([Added("bea"), Added("cleo")], TimeLimit.Of());
        Task<SinkCommitOutcome> standing = zombie.CommitAsync(late, TimeLimit.Of()).AsTask();
        await calls.Paused.WaitAsync(TimeLimit.Of());

        // Its transaction has everything but the decision. Who takes over ends it, and goes on from what was decided.
        await using KafkaTransactionalSessionSink owner = topic.Open();
        Assert.Equal([first], await OpenAsync(owner, 0, 1));
        LaneCommit next = Step(0, first.To);
        await CommitAsync(owner, ["bea"], next);
        calls.Resume();
        await Assert.ThrowsAnyAsync<SessionizeException>(() => standing);
        Assert.False(await zombie.HasCommittedAsync(late, TimeLimit.Of()));
        Assert.Equal(SinkCommitOutcome.Refused, await zombie.CommitAsync(late, TimeLimit.Of()));
        await zombie.DiscardAsync(TimeLimit.Of());

        Assert.Equal([next], await OpenAsync(zombie, 0, 1));
        Assert.Equal(["ada", "bea"], Users(topic));
        Assert.Equal(["ada", "bea", "bea", "cleo"], Users(topic, IsolationLevel.ReadUncommitted));
    }

    [Fact]
    public async Task CommitAsync_AnotherHasItsTurnAndStandsStill_GoesOnAndBothCommit()
    {
        await broker.StartAsync();
        SessionTopic topic = SessionTopic.New(broker);
        ProducerCalls calls = new() { PausesBefore = ("CommitTransaction", 1) };
        await using KafkaTransactionalSessionSink slow = topic.Open(calls);
        await using KafkaTransactionalSessionSink other = topic.Open(clock: new FastClock());
        await OpenAsync(slow, 0);
        await OpenAsync(other, 1);
        SinkCommit late = Commit(Step(0, null));
        await slow.WriteAsync([Added("ada")], TimeLimit.Of());
        Task<SinkCommitOutcome> standing = slow.CommitAsync(late, TimeLimit.Of()).AsTask();
        await calls.Paused.WaitAsync(TimeLimit.Of());

        // They share no lane, only the order.
        LaneCommit one = Step(1, null);
        await CommitAsync(other, ["bea"], one);
        calls.Resume();
        await Assert.ThrowsAnyAsync<SessionizeException>(() => standing);
        Assert.False(await slow.HasCommittedAsync(late, TimeLimit.Of()));
        Assert.Equal(SinkCommitOutcome.Committed, await slow.CommitAsync(late, TimeLimit.Of()));

        Assert.Equal(["ada", "bea"], Users(topic));
        Assert.Equal([late.Lanes[0], one], await OpenAsync(other, 0, 1));
    }

    [Fact]
    public async Task HasCommittedAsync_ManyCommitsLater_TellsOrSaysThatItCannot()
    {
        await broker.StartAsync();
        SessionTopic topic = SessionTopic.New(broker);
        await using KafkaTransactionalSessionSink sink = topic.Open();
        await OpenAsync(sink, 0);
        SinkCommit first = Commit(Step(0, null));
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(first, TimeLimit.Of()));
        SinkCommit second = Commit(Step(0, first.Lanes[0].To));
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(second, TimeLimit.Of()));

        // Another went from there; and a place from which nobody went is not known.
        Assert.True(await sink.HasCommittedAsync(first, TimeLimit.Of()));
        Assert.False(await sink.HasCommittedAsync(Commit(Step(0, first.Lanes[0].To)), TimeLimit.Of()));
        Assert.False(await sink.HasCommittedAsync(Commit(Step(0, Step(0, null).To)), TimeLimit.Of()));

        // As compaction leaves it.
        string record = TopicContent.Read(broker.Servers, topic.Commits).Last(message => message.Message.Key == "clicks/0").Message.Value!;
        SessionTopic compacted = SessionTopic.New(broker);
        await using (KafkaTransactionalSessionSink creating = compacted.Open())
        {
            await OpenAsync(creating, 0);
        }

        await broker.ProduceAsync(compacted.Commits, [(Committing.CommitTopic.Lanes, "clicks/0", record)]);
        await using KafkaTransactionalSessionSink later = compacted.Open();
        await later.OpenAsync(new SinkOpening(Pipeline, [], new InMemorySessionStateStore(new InMemoryStateFolder(TimeProvider.System))), TimeLimit.Of());
        Assert.True(await later.HasCommittedAsync(second, TimeLimit.Of()));
        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(async () => await later.HasCommittedAsync(first, TimeLimit.Of()));
        Assert.Contains("can no longer be told", unknown.Message, StringComparison.Ordinal);
    }

    /// <returns>How many messages with a session are in the topic.</returns>
    private async Task<int> FailAsync(int point, bool recovers)
    {
        SessionTopic topic = SessionTopic.New(broker);
        ProducerCalls calls = new() { FailsAt = point, Recovers = recovers };
        await using (KafkaTransactionalSessionSink failing = topic.Open(calls))
        {
            await OpenAsync(failing, 0, 1);
            try
            {
                await CommitBothAsync(failing, null, null);
            }
            catch (ProducerCalls.ProcessEndedException)
            {
                // It is gone; another one begins.
            }
        }

        Assert.True(calls.HasFailed, $"The commit has no point {point}.");
        await using KafkaTransactionalSessionSink next = topic.Open();
        IReadOnlyList<LaneCommit> recorded = await OpenAsync(next, 0, 1);
        Assert.True(recorded.Count is 0 or 2, $"Of a commit of two lanes {recorded.Count} was recorded, at point {point}.");
        if (recorded.Count == 0)
        {
            await CommitBothAsync(next, null, null);
            recorded = await OpenAsync(next, 0, 1);
        }

        await CommitAsync(next, ["cleo"], Step(0, recorded[0].To), Step(1, recorded[1].To));
        Assert.Equal(["ada", "bea", "cleo"], Users(topic));
        return Users(topic, IsolationLevel.ReadUncommitted).Length;
    }

    /// <summary>Commits as the engine does: an unknown outcome is looked up, and tried again.</summary>
    private static async Task CommitBothAsync(KafkaTransactionalSessionSink sink, StateVersion? zero, StateVersion? one)
    {
        await sink.WriteAsync([Added("ada"), Added("bea")], TimeLimit.Of());
        SinkCommit commit = Commit(Step(0, zero), Step(1, one));
        try
        {
            Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(commit, TimeLimit.Of()));
        }
        catch (Exception failure) when (failure is SessionizeException and not ProducerCalls.ProcessEndedException or KafkaException)
        {
            if (!await sink.HasCommittedAsync(commit, TimeLimit.Of()))
            {
                Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(commit, TimeLimit.Of()));
            }
        }
    }

    private static async Task CommitAsync(KafkaTransactionalSessionSink sink, string[] users, params LaneCommit[] lanes)
    {
        await sink.WriteAsync([.. users.Select(Added)], TimeLimit.Of());
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(Commit(lanes), TimeLimit.Of()));
    }

    private static async Task<IReadOnlyList<LaneCommit>> OpenAsync(KafkaTransactionalSessionSink sink, params int[] lanes) => await sink.OpenAsync(
        new SinkOpening(Pipeline, [.. lanes.Select(lane => new LaneId(lane))], new InMemorySessionStateStore(new InMemoryStateFolder(TimeProvider.System))), TimeLimit.Of());

    private static SinkCommit Commit(params LaneCommit[] lanes) => new(Pipeline, Guid.NewGuid(), lanes);

    private static LaneCommit Step(int lane, StateVersion? from) =>
        new(new LaneId(lane), from, new StateVersion($"1-{Guid.NewGuid():N}"), [new PartitionPosition($"clicks/x/{lane}", 2, 1, 0)], 0);

    private static SessionChange Added(string user) => new(SessionChangeKind.Added, new Session
    {
        UserId = user,
        SessionId = user,
        StartMs = Clicks.StartMs,
        EndMs = Clicks.StartMs + 60_000,
        EventCount = 2,
        PagesVisited = ["home"],
        EndReason = EndReasons.Inactivity,
        VisitStartMs = Clicks.StartMs,
    });

    private static string?[] Users(SessionTopic topic, IsolationLevel isolation = IsolationLevel.ReadCommitted) =>
        [.. topic.Read(isolation).Select(message => message.Message.Key).Order(StringComparer.Ordinal)];
}
