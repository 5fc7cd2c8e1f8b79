using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sessionize.Kafka.Committing;
using Sessionize.Kafka.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>What the sink does, and what it refuses.</summary>
public sealed class KafkaTransactionalSessionSinkTests(KafkaBroker broker)
{
    private static readonly LaneId[] s_lanes = [new(0)];

    [Fact]
    public async Task CommitAsync_BatchRun_SendsOnceAndIsLookedUp()
    {
        await broker.StartAsync();
        SessionTopic topic = SessionTopic.New(broker);
        await using KafkaTransactionalSessionSink sink = topic.Open();
        Assert.Empty(await sink.OpenAsync(new SinkOpening("clicks", [], Store()), TimeLimit.Of()));
        SinkCommit run = new("clicks", Guid.NewGuid(), []);
        SinkCommit other = new("clicks", Guid.NewGuid(), []);

        await sink.WriteAsync([Added("ada")], TimeLimit.Of());
        Assert.False(await sink.HasCommittedAsync(run, TimeLimit.Of()));
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(run, TimeLimit.Of()));
        await sink.WriteAsync([Added("ada")], TimeLimit.Of());
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(run, TimeLimit.Of()));

        Assert.Single(topic.Read());
        Assert.True(await sink.HasCommittedAsync(run, TimeLimit.Of()));
        Assert.False(await sink.HasCommittedAsync(other, TimeLimit.Of()));
        Assert.True(((IMeasuredSink)sink).CommittedBytes > 100);
    }

    [Fact]
    public async Task CommitAsync_MessageTooLarge_NamesTheRemedyAndLaterCommitsSucceed()
    {
        await broker.StartAsync();
        string name = await broker.CreateTopicAsync(1, broker.NewName("sessions"), ("max.message.bytes", "1000"));
        SessionTopic topic = new(broker, name);
        KafkaTopicOptions options = topic.Options;
        options.Properties["compression.type"] = "none";
        await using KafkaTransactionalSessionSink sink = new(options);
        await sink.OpenAsync(new SinkOpening("clicks", s_lanes, Store()), TimeLimit.Of());

        await sink.WriteAsync([Added("ada"), Added(new string('x', 5000))], TimeLimit.Of());
        SinkCommit commit = Commit(null);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await sink.CommitAsync(commit, TimeLimit.Of()));
        Assert.Contains("Raise max.message.bytes", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
        Assert.False(await sink.HasCommittedAsync(commit, TimeLimit.Of()));
        Assert.Empty(topic.Read());

        await sink.DiscardAsync(TimeLimit.Of());
        await sink.WriteAsync([Added("ada")], TimeLimit.Of());
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(Commit(null), TimeLimit.Of()));
        Assert.Single(topic.Read());
    }

    [Fact]
    public async Task CommitAsync_TransactionTimeoutAboveTheBrokers_SaysWhatToSet()
    {
        await broker.StartAsync();
        KafkaTopicOptions options = SessionTopic.New(broker).Options;
        options.Properties["transaction.timeout.ms"] = "1000000";
        await using KafkaTransactionalSessionSink sink = new(options);
        await sink.OpenAsync(new SinkOpening("clicks", s_lanes, Store()), TimeLimit.Of());

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await sink.CommitAsync(Commit(null), TimeLimit.Of()));

        Assert.Contains("transaction.max.timeout.ms", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_NoSuchTopic_SaysSo()
    {
        await broker.StartAsync();
        KafkaTopicOptions options = SessionTopic.New(broker).Options;
        options.CreateTopicWithPartitions = null;

        await FailsAsync(options, $"has no topic '{options.Topic}'");
    }

    [Fact]
    public async Task OpenAsync_SessionsWithoutTheirCommits_IsNoFreshStart()
    {
        await broker.StartAsync();
        SessionTopic topic = new(broker, await broker.CreateTopicAsync(2));
        await broker.ProduceAsync(topic.Name, [(1, "ada", "{}")]);

        await FailsAsync(topic.Options, $"--create --topic {topic.Commits} --partitions 3 --config cleanup.policy=compact");

        // As it says.
        await broker.CreateTopicAsync(CommitTopic.Partitions, topic.Commits, ("cleanup.policy", "compact"));
        await using KafkaTransactionalSessionSink sink = topic.Open();
        Assert.Empty(await sink.OpenAsync(new SinkOpening("clicks", s_lanes, Store()), TimeLimit.Of()));
    }

    [Theory]
    [InlineData(1, "compact", "has 1 partitions: it needs 3")]
    [InlineData(3, "delete", "has cleanup.policy=delete")]
    [InlineData(3, "compact,delete", "has cleanup.policy=compact,delete")]
    public async Task OpenAsync_CommitsThatCannotBeKept_AreRefused(int partitions, string policy, string message)
    {
        await broker.StartAsync();
        SessionTopic topic = new(broker, await broker.CreateTopicAsync(2));
        await broker.CreateTopicAsync(partitions, topic.Commits, ("cleanup.policy", policy));

        await FailsAsync(topic.Options, message);
    }

    [Fact]
    public async Task OpenAsync_TopicMadeAnew_IsNoticed()
    {
        await broker.StartAsync();
        SessionTopic topic = SessionTopic.New(broker);
        await CommitOnceAsync(topic);

        await broker.Admin.DeleteTopicsAsync([topic.Name], new DeleteTopicsOptions { OperationTimeout = TimeSpan.FromSeconds(10) });
        await FailsAsync(topic.Options, $"The topic '{topic.Name}' was made anew");
    }

    [Fact]
    public async Task OpenAsync_DamagedRecord_IsNamed()
    {
        await broker.StartAsync();
        SessionTopic topic = SessionTopic.New(broker);
        await CommitOnceAsync(topic);
        string record = TopicContent.Read(broker.Servers, topic.Commits).Last(message => message.Partition.Value == CommitTopic.Lanes).Message.Value!;
        await broker.ProduceAsync(topic.Commits, [(CommitTopic.Lanes, "clicks/0", record.Replace("\"next\":1", "\"next\":2", StringComparison.Ordinal))]);

        await FailsAsync(topic.Options, "The record 'clicks/0' at offset");
    }

    [Fact]
    public async Task OpenAsync_LaneWhoseRecordWasDeletedByHand_BeginsAnew()
    {
        await broker.StartAsync();
        SessionTopic topic = SessionTopic.New(broker);
        await CommitOnceAsync(topic);
        await broker.ProduceAsync(topic.Commits, [(CommitTopic.Lanes, "clicks/0", null)]);

        await using KafkaTransactionalSessionSink sink = topic.Open();
        Assert.Empty(await sink.OpenAsync(new SinkOpening("clicks", s_lanes, Store()), TimeLimit.Of()));
    }

    [Fact]
    public async Task OpenAsync_EmbeddedBroker_IsRefused()
    {
        using EmbeddedKafkaBroker embedded = EmbeddedKafkaBroker.Start(["sessions"]);

        await FailsAsync(new KafkaTopicOptions { BootstrapServers = embedded.BootstrapServers, Topic = "sessions" }, "Use UpsertToKafka");
    }

    [Theory]
    [InlineData("transactional.id")]
    [InlineData("enable.idempotence")]
    [InlineData("acks")]
    [InlineData("isolation.level")]
    public void Constructor_SettingThatIsOurs_IsRefusedByName(string name)
    {
        KafkaTopicOptions options = new() { Topic = "sessions" };
        options.Properties[name] = "all";

        ArgumentException failure = Assert.Throws<ArgumentException>(() => new KafkaTransactionalSessionSink(options));
        Assert.Contains($"Kafka:Properties:{name} cannot be set", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NameThatLeavesNoRoomForThatOfTheCommits_Throws() =>
        Assert.Throws<ArgumentException>(() => new KafkaTransactionalSessionSink(new KafkaTopicOptions { Topic = new string('s', 245) }));

    private static InMemorySessionStateStore Store() => new(new InMemoryStateFolder(TimeProvider.System));

    private static SessionChange Added(string user) => new(SessionChangeKind.Added, new Session
    {
        UserId = user,
        SessionId = $"{user}_session_0_0",
        StartMs = Clicks.StartMs,
        EndMs = Clicks.StartMs + 60_000,
        EventCount = 2,
        PagesVisited = ["home"],
        EndReason = EndReasons.Inactivity,
        VisitStartMs = Clicks.StartMs,
    });

    private static SinkCommit Commit(StateVersion? from) => new(
        "clicks", Guid.NewGuid(), [new LaneCommit(s_lanes[0], from, new StateVersion($"1-{Guid.NewGuid():N}"), [new PartitionPosition("clicks/x/0", 1, 1, 0)], 0)]);

    private static async Task FailsAsync(KafkaTopicOptions options, string message)
    {
        await using KafkaTransactionalSessionSink sink = new(options);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            async () => await sink.OpenAsync(new SinkOpening("clicks", s_lanes, Store()), TimeLimit.Of()));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    private static async Task CommitOnceAsync(SessionTopic topic)
    {
        await using KafkaTransactionalSessionSink sink = topic.Open();
        await sink.OpenAsync(new SinkOpening("clicks", s_lanes, Store()), TimeLimit.Of());
        await sink.WriteAsync([Added("ada")], TimeLimit.Of());
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(Commit(null), TimeLimit.Of()));
    }
}
