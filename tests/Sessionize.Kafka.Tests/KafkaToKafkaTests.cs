using System.Text;
using Confluent.Kafka;
using Sessionize.Kafka.Producing;
using Sessionize.Kafka.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>From topic to topic, exactly once.</summary>
public sealed class KafkaToKafkaTests(KafkaBroker broker)
{
    private const int Partitions = 6;

    [Fact]
    public async Task RunAsync_ProcessesThatEndInTheirCommits_ReadersSeeEachSessionOfTheOracleOnce()
    {
        await broker.StartAsync();
        string clicks = await broker.CreateTopicAsync(Partitions);
        SessionTopic sessions = SessionTopic.New(broker);
        InMemoryStateFolder state = new(TimeProvider.System);
        const int Users = 60, EventsEach = 200, Runs = 4;
        const long EndMs = Clicks.StartMs + (EventsEach * 60_000L);

        // Three processes a run, of which the first has all lanes and ends in a commit, each time at another call; the others take them. What they leave open the next run goes on with.
        for (int run = 0; run < Runs; run++)
        {
            await broker.ProduceAsync(clicks, Clicks.Spread(Users * EventsEach / Runs, Users, Partitions, first: run * Users * EventsEach / Runs));
            EndClosing closing = run == Runs - 1 ? EndClosing.CloseAll(EndMs) : EndClosing.LeaveOpen;
            ProducerCalls doomed = run switch
            {
                0 => new() { FailsAt = 21 },                                    // behind the commit that opens all lanes
                1 => new() { FailsAt = 20 },
                2 => new() { FailsAt = 5 },                                     // behind the first message
                _ => new() { EndsBefore = ("CommitTransaction", 1) },           // with everything sent but the decision
            };
            Task ending = RunAsync(clicks, sessions, closing, state, doomed);
            await Task.WhenAny(doomed.Begun, ending);
            await Task.WhenAll(ending, RunAsync(clicks, sessions, closing, state), RunAsync(clicks, sessions, closing, state));
            Assert.True(doomed.HasFailed, $"The process of run {run} did not end in a commit.");
        }

        // The others may have come to their end before that one's lanes came to them.
        await RunAsync(clicks, sessions, EndClosing.CloseAll(EndMs), state);
        IEnumerable<ClickstreamEvent> events = Enumerable.Range(0, Users * EventsEach).Select(i => EventOf(i % Users, i / Users));
        using SessionMessages messages = new();
        string[] expected =
        [
            .. SessionRows.OfOracle(events, EndMs).Select(session => Encoding.UTF8.GetString(messages.Of(new SessionChange(SessionChangeKind.Added, session)).Value)).Order(StringComparer.Ordinal),
        ];
        Assert.Equal(expected, sessions.Read().Select(message => message.Message.Value).Order(StringComparer.Ordinal));

        // Without transactions readers would see these.
        Assert.True(sessions.Read(IsolationLevel.ReadUncommitted).Count > expected.Length);
    }

    [Fact]
    public async Task ToKafka_FromTheBuilder_IsExactlyOnceOverARestart()
    {
        await broker.StartAsync();
        string clicks = await broker.CreateTopicAsync(2);
        string sessions = await broker.CreateTopicAsync(2, broker.NewName("sessions"));
        const long End = Clicks.StartMs + (100 * 60_000);
        string servers = broker.Servers;
        string state = Directory.CreateTempSubdirectory("sessionize-state-").FullName;
        await broker.ProduceAsync(clicks, Clicks.Spread(400, 4, 2));
        for (int run = 0; run < 2; run++)
        {
            SessionizationDefinition definition = SessionizationDefinition.Build(sessionize => sessionize
                .FromKafka(kafka => (kafka.BootstrapServers, kafka.Topic) = (servers, clicks))
                .WithTrigger(Trigger.UntilEnd(EndClosing.CloseAll(End)))                                    // left out: it goes on for ever
                .KeepStateInFiles(state)
                .ToKafka(topic => (topic.BootstrapServers, topic.Topic) = (servers, sessions)), clicks);
            await using SessionizationPipeline pipeline = new(definition);
            await pipeline.RunAsync(TimeLimit.Of());
        }

        IReadOnlyList<ConsumeResult<string?, string?>> found = TopicContent.Read(servers, sessions);
        Assert.Equal(4, found.Count);
        Assert.All(found, message => Assert.Contains("\"event_count\":100,", message.Message.Value, StringComparison.Ordinal));
        Directory.Delete(state, recursive: true);
    }

    private static ClickstreamEvent EventOf(int user, int minute) =>
        new($"user-{user:000}", Clicks.StartMs + (minute * 60_000L), "home", $"user-{user:000}-{minute}");

    private async Task RunAsync(string clicks, SessionTopic sessions, EndClosing closing, InMemoryStateFolder state, ProducerCalls? calls = null)
    {
        SessionizationDefinition definition = SessionizationDefinition.Build(
            sessionize => sessionize
                .FromKafka(kafka => (kafka.BootstrapServers, kafka.Topic) = (broker.Servers, clicks))
                .WithTrigger(Trigger.UntilEnd(closing))
                .KeepStateIn(_ => new InMemorySessionStateStore(state))
                .To(context => sessions.Open(calls)),
            clicks);
        await using SessionizationPipeline pipeline = new(definition);
        try
        {
            await pipeline.RunAsync(TimeLimit.Of());
        }
        catch (ProducerCalls.ProcessEndedException)
        {
            // Its lanes go to the others.
        }
    }
}
