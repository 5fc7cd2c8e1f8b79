using System.Text.Json;
using Confluent.Kafka;
using Sessionize.Kafka.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Kafka.Tests;

public sealed class KafkaSessionSinkTests(KafkaBroker broker)
{
    [Fact]
    public async Task CommitAsync_SessionsAndRetractions_AreMessagesByTheirId()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1, null, ("cleanup.policy", "compact"));
        InMemorySessionStateStore store = new(new InMemoryStateFolder(TimeProvider.System));
        await using KafkaSessionSink sink = new(new KafkaTopicOptions { BootstrapServers = broker.Servers, Topic = topic });
        await sink.OpenAsync(new SinkOpening("clicks", [], store), TimeLimit.Of());

        await sink.WriteAsync(
            [
                new SessionChange(SessionChangeKind.Added, SessionOf("user-1", "a,\"ü")),
                new SessionChange(SessionChangeKind.Added, SessionOf("user-2", "b")),
                new SessionChange(SessionChangeKind.Retracted, SessionOf("user-1", "a,\"ü")),
            ],
            TimeLimit.Of());
        Assert.Equal(SinkCommitOutcome.Committed, await sink.CommitAsync(new SinkCommit("clicks", Guid.NewGuid(), []), TimeLimit.Of()));

        List<ConsumeResult<string, string>> messages = Read(topic, 3);
        Assert.Equal(["user-1_session_0_0", "user-2_session_0_0", "user-1_session_0_0"], messages.Select(message => message.Message.Key));
        Assert.Null(messages[2].Message.Value);
        using JsonDocument row = JsonDocument.Parse(messages[0].Message.Value);
        Assert.Equal("user-1", row.RootElement.GetProperty("uuid").GetString());
        Assert.Equal("a,\"ü", row.RootElement.GetProperty("pages_visited")[0].GetString());
        Assert.Equal(60.0, row.RootElement.GetProperty("session_duration_seconds").GetDouble());
        Assert.DoesNotContain('\n', messages[0].Message.Value);
    }

    [Fact]
    public async Task CommitAsync_NoSuchTopic_FailsWithTheRemedyAndWritesLater()
    {
        await broker.StartAsync();
        string topic = broker.NewName("later");
        InMemorySessionStateStore store = new(new InMemoryStateFolder(TimeProvider.System));
        await using KafkaSessionSink sink = new(new KafkaTopicOptions { BootstrapServers = broker.Servers, Topic = topic });
        await sink.OpenAsync(new SinkOpening("clicks", [], store), TimeLimit.Of());
        await sink.WriteAsync([new SessionChange(SessionChangeKind.Added, SessionOf("user-1", "a"))], TimeLimit.Of());
        SinkCommit commit = new("clicks", Guid.NewGuid(), []);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await sink.CommitAsync(commit, TimeLimit.Of()));
        Assert.Contains($"has no topic '{topic}'", failure.Message, StringComparison.Ordinal);

        await broker.CreateTopicAsync(1, topic);
        await sink.CommitAsync(commit, TimeLimit.Of());
        Assert.Single(Read(topic, 1));
    }

    [Fact]
    public async Task CommitAsync_MessageTooLarge_FailsAndNamesTheTopic()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1, null, ("max.message.bytes", "1000"));
        InMemorySessionStateStore store = new(new InMemoryStateFolder(TimeProvider.System));
        KafkaTopicOptions options = new() { BootstrapServers = broker.Servers, Topic = topic };
        options.Properties["compression.type"] = "none";
        await using KafkaSessionSink sink = new(options);
        await sink.OpenAsync(new SinkOpening("clicks", [], store), TimeLimit.Of());
        await sink.WriteAsync([new SessionChange(SessionChangeKind.Added, SessionOf("user-1", new string('x', 5000)))], TimeLimit.Of());

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            async () => await sink.CommitAsync(new SinkCommit("clicks", Guid.NewGuid(), []), TimeLimit.Of()));

        Assert.Contains($"writing to the topic '{topic}'", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public void Constructor_WrongTopic_Throws(string topic) =>
        Assert.Throws<ArgumentException>(() => new KafkaSessionSink(new KafkaTopicOptions { Topic = topic }));

    private static Session SessionOf(string user, string page) => new()
    {
        UserId = user,
        SessionId = $"{user}_session_0_0",
        StartMs = Clicks.StartMs,
        EndMs = Clicks.StartMs + 60_000,
        EventCount = 2,
        PagesVisited = [page],
        EntryPage = page,
        ExitPage = page,
        PageViewCount = 2,
        EndReason = "Inactivity",
        VisitStartMs = Clicks.StartMs,
    };

    private List<ConsumeResult<string, string>> Read(string topic, int count)
    {
        using IConsumer<string, string> consumer = new ConsumerBuilder<string, string>(
            new ConsumerConfig { BootstrapServers = broker.Servers, GroupId = "reader" }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        return [.. Enumerable.Range(0, count).Select(_ => consumer.Consume(TimeLimit.Of()))];
    }
}
