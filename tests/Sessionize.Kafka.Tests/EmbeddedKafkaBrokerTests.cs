using System.Text;
using Confluent.Kafka;
using Sessionize.Kafka.Tests.Support;
using Sessionize.Sinks;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>The whole way on the embedded broker, which needs nothing installed.</summary>
public sealed class EmbeddedKafkaBrokerTests
{
    [Fact]
    public async Task Start_Pipeline_ReadsSessionizesAndSends()
    {
        using EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start(["clicks", "sessions", "bad"]);
        Produce(broker, "clicks", Clicks.Spread(4000, 40, EmbeddedKafkaBroker.PartitionsPerTopic), "{");
        InMemorySessionTable table = new();
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions
            .FromKafka(kafka => (kafka.BootstrapServers, kafka.Topic) = (broker.BootstrapServers, "clicks"))
            .WithTrigger(Trigger.UntilEnd(EndClosing.CloseAll()))
            .To(_ => new InMemorySessionSink(table))
            .AlsoToKafka(topic => (topic.BootstrapServers, topic.Topic) = (broker.BootstrapServers, "sessions"))
            .DeadLettersToKafka(topic => (topic.BootstrapServers, topic.Topic) = (broker.BootstrapServers, "bad")));
        await using (SessionizationPipeline pipeline = new(definition))
        {
            await pipeline.RunAsync(TimeLimit.Of());
        }

        // 100 minutes of an event a minute.
        Assert.Equal(40, table.Sessions.Count);
        List<ConsumeResult<string, string>> sent = Read(broker, "sessions", 40);
        Assert.Equal(table.Sessions.Select(session => session.SessionId).Order(), sent.Select(message => message.Message.Key).Order());
        Assert.All(sent, message => Assert.Contains("\"event_count\":100,", message.Message.Value, StringComparison.Ordinal));
        ConsumeResult<string, string> letter = Assert.Single(Read(broker, "bad", 1));
        Assert.Equal("{", letter.Message.Value);
        Assert.Equal("MalformedJson", TextOf(letter, "sessionize.reason"));
        Assert.Equal("false", TextOf(letter, "sessionize.raw_truncated"));
        Assert.Equal($"{TextOf(letter, "sessionize.source")}:{TextOf(letter, "sessionize.position")}", letter.Message.Key);
        Assert.StartsWith("clicks/", letter.Message.Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TwoMembers_ShareThePartitions()
    {
        using EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.Start(["clicks"]);
        KafkaOptions options = new() { BootstrapServers = broker.BootstrapServers, Topic = "clicks" };
        System.Collections.Concurrent.ConcurrentDictionary<string, PartitionPosition> commits = [];
        Trigger live = Trigger.Continuous(TimeSpan.FromSeconds(1));
        await using SourceDriver first = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());
        await using SourceDriver second = await new SourceDriver(options, commits, live).OpenAsync(TimeLimit.Of());

        Produce(broker, "clicks", Clicks.Spread(4000, 40, EmbeddedKafkaBroker.PartitionsPerTopic));
        await SourceDriver.ReadUntilAsync(
            () => first.Owned.Count == 2 && second.Owned.Count == 2 && first.Records.Count + second.Records.Count == 4000, first, second);
    }

    [Fact]
    public void Start_NameThatIsNone_Throws() => Assert.Throws<ArgumentException>(() => EmbeddedKafkaBroker.Start(["two words"]));

    private static void Produce(
        EmbeddedKafkaBroker broker, string topic, IEnumerable<(int Partition, string? Key, string? Value)> records, params string[] further)
    {
        using IProducer<string?, string?> producer = new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        foreach ((int partition, string? key, string? value) in records.Concat(further.Select(value => (0, (string?)null, (string?)value))))
        {
            producer.Produce(new TopicPartition(topic, partition), new Message<string?, string?> { Key = key, Value = value });
        }

        producer.Flush(TestContext.Current.CancellationToken);
    }

    private static List<ConsumeResult<string, string>> Read(EmbeddedKafkaBroker broker, string topic, int count)
    {
        using IConsumer<string, string> consumer = new ConsumerBuilder<string, string>(
            new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "reader" }).Build();
        consumer.Assign(Enumerable.Range(0, EmbeddedKafkaBroker.PartitionsPerTopic).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        List<ConsumeResult<string, string>> found = [];
        while (found.Count < count)
        {
            found.Add(consumer.Consume(TimeLimit.Of()));
        }

        return found;
    }

    private static string TextOf(ConsumeResult<string, string> message, string header) => Encoding.UTF8.GetString(message.Message.Headers.GetLastBytes(header));
}
