using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary>What is no reason to stop: topics with holes, markers and records that are no events, without keys, that grow, and a table that others tidy up.</summary>
public sealed class RunUnusualTopicTests(KafkaBroker broker, IceCheck java) : ToolOnBrokerTests(broker)
{
    private const string ForeignRow =
        """{"uuid":"java","session_id":"java_1","session_start_time_ms":1704067200000,"session_start_time":"2024-01-01T00:00:00.000000Z","event_count":1,"session_date":"2024-01-01","user_hash_bucket":3}""";

    [Fact]
    public async Task TopicWithoutKeys_IsWarnedOf_AndReadAsOneLaneWhereThatIsSaid()
    {
        const int Users = 10;
        (int Partition, string? Key, string? Value)[] records =
            [.. Clicks.Spread(Users * 60, Users, 1).Select((record, index) => (index / Users % 2, (string?)null, record.Value))];
        string topic = await Broker.CreateTopicAsync(2);
        await Broker.ProduceAsync(topic, records);

        // Each partition has every other minute of each user, and makes a session of it.
        ToolResult apart = Run(Done, topic, "--at-end", "close-all");
        Assert.Contains("records have a key other than the user id", apart.Error, StringComparison.Ordinal);
        Assert.Contains("Key the records by the user, or set Kafka:UsersSpanPartitions", apart.Error, StringComparison.Ordinal);
        Assert.Equal(2 * Users, (await RowsAsync()).Count);

        File.WriteAllText(Folder.File("spanning.json"), JsonSerializer.Serialize(new { Kafka = new { UsersSpanPartitions = true } }));
        ClickstreamEvent[] events = [.. Clicks.EventsOf(records)];

        // With a time, since the brokers may still count the run before as a member.
        string[] spanning = ["--config", "spanning.json", "--at-end", "close-all", "--end-time", HighestTime(events)];
        ToolResult refused = Run(Failed, topic, spanning);
        Assert.Contains("was run with Kafka:UsersSpanPartitions False", refused.Error, StringComparison.Ordinal);

        ToolResult together = ToolProcess.Run(
            Folder.Path,
            ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--pipeline", $"{topic}-together", "--warehouse", "together", "--partition-by", "none", "--trigger", "until-end", .. spanning]);
        Assert.True(together.ExitCode == Done, together.Error);
        Assert.DoesNotContain("key other than", together.Error, StringComparison.Ordinal);
        SessionRows.AssertEqual(SessionRows.OfOracle(events, events.Max(e => e.TimestampMs)), await RowsAsync("together"));
    }

    [Fact]
    public async Task TombstonesAndAbortedTransactions_AreNoEvents_AndTheEndIsBehindTheirMarkers()
    {
        string topic = await Broker.CreateTopicAsync(2);
        (int Partition, string? Key, string? Value)[] events = [.. Clicks.Spread(200, 10, 2)];
        await Broker.ProduceAsync(topic, events.Take(100));
        await Broker.ProduceAsync(topic, Enumerable.Range(0, 10).Select(user => (user % 2, (string?)$"user-{user:000}", (string?)null)));
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = Broker.Servers, TransactionalId = Broker.NewName("transaction") }).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(60));

        // The aborted ones would be half an hour of further events, with which sessions would end elsewhere.
        Produce(producer, topic, Clicks.Spread(300, 10, 2, first: 200));
        producer.AbortTransaction();
        Produce(producer, topic, events.Skip(100));
        producer.CommitTransaction();
        Produce(producer, topic, Clicks.Spread(300, 10, 2, first: 200));
        producer.AbortTransaction();

        await CloseAndCompareAsync(topic, Clicks.EventsOf(events));

        // Of each partition: half of the events, five tombstones, twice 150 aborted, and three markers.
        Assert.Equal([(0, 408L), (1, 408L)], (await PositionsAsync()).OrderBy(position => position.Key).Select(position => (position.Key, position.Value)));
        Assert.False(File.Exists(Folder.File($"warehouse/_sessionize/{topic}/dead-letters/{topic}.ndjson")));
        string[] files = Directory.GetFiles(TableFolder, "*", SearchOption.AllDirectories);
        Run(Done, topic);
        Assert.Equal(files.Order(), Directory.GetFiles(TableFolder, "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public async Task CompactedTopic_PositionInAHole_GoesOnBehindIt()
    {
        const int Users = 100;
        string topic = await Broker.CreateTopicAsync(1);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(6 * Users, Users, 1)];
        await Broker.ProduceAsync(topic, records[..(3 * Users)]);
        Run(Done, topic);
        Assert.Equal(3 * Users, (await PositionsAsync())[0]);

        // In all segments but the newest only the last record of each user stays; a tombstone more begins the newest one.
        await Broker.ProduceAsync(topic, records[(3 * Users)..]);
        await Broker.ConfigureTopicAsync(topic, ("cleanup.policy", "compact"), ("segment.ms", "100"), ("min.cleanable.dirty.ratio", "0.001"));
        int end = records.Length;
        CancellationToken limit = TimeLimit.Of();
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), limit);
            await Broker.ProduceAsync(topic, [(0, "nobody", null)]);
            end++;
        }
        while (TopicContent.Read(Broker.Servers, topic)[0].Offset.Value < 5 * Users);

        await CloseAndCompareAsync(topic, Clicks.EventsOf(records[..(3 * Users)].Concat(records[(5 * Users)..])));
        Assert.Equal(end, (await PositionsAsync())[0]);
    }

    [Fact]
    public async Task Group_IsAnotherThanBefore_GoesOnFromThePositionsOfTheTable()
    {
        string topic = await Broker.CreateTopicAsync(2);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(600, 10, 2)];
        await Broker.ProduceAsync(topic, records[..400]);
        Run(Done, topic);
        await Broker.ProduceAsync(topic, records[400..]);

        await CloseAndCompareAsync(topic, Clicks.EventsOf(records), "--kafka-group", $"{topic}-another", "--kafka-start", "latest");
    }

    [Fact]
    public async Task Partitions_AddedWhileItRuns_AreReadFromTheirBeginning()
    {
        string topic = await Broker.CreateTopicAsync(2);
        (int Partition, string? Key, string? Value)[] before = [.. Clicks.Spread(1_000, 10, 2)];
        (int Partition, string? Key, string? Value)[] behind =
            [.. Clicks.Spread(300, 6, 2).Select(record => (record.Partition + 2, (string?)$"new-{record.Key}", record.Value?.Replace("user-", "new-user-", StringComparison.Ordinal)))];
        Process run = StartLive(topic, "--kafka-start", "latest", "--kafka-property", "topic.metadata.refresh.interval.ms=1000");
        await WaitForPartitionsAsync(run, 2);
        await Broker.ProduceAsync(topic, before);
        await WaitForPositionsAsync(run, before.Length);

        // What comes into them before they are found is not left out: they begin at their beginning, whatever --kafka-start says.
        await Broker.Admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 4 }]);
        foreach (IGrouping<int, (int Partition, string? Key, string? Value)> partition in behind.GroupBy(record => record.Partition))
        {
            await Broker.ProduceWhenThereAsync(topic, [.. partition]);
        }

        await WaitForPositionsAsync(run, before.Length + behind.Length);
        ToolResult stopped = Stop(run, "TERM").AssertCivil();
        Assert.True(stopped.ExitCode == Done, stopped.Error);
        Assert.Equal([500, 500, 150, 150], (await PositionsAsync()).OrderBy(position => position.Key).Select(position => position.Value));
        await CloseAndCompareAsync(topic, Clicks.EventsOf(before.Concat(behind)));
    }

    [Fact]
    public async Task SnapshotsOfTheTable_ExpiredByAnotherEngine_LeaveWhatThePipelineNeeds()
    {
        const int First = 1_500;
        string topic = await Broker.CreateTopicAsync(2);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(First + 400, 10, 2)];
        await Broker.ProduceAsync(topic, records[..First]);
        Run(Done, topic);

        // Of the snapshots only the other's is left, and the one that our tag names.
        await java.AppendAsync(TableFolder, ForeignRow);
        await java.ExpireAsync(TableFolder, retainLast: 1);
        await Broker.ProduceAsync(topic, records[First..]);
        ClickstreamEvent[] events = [.. Clicks.EventsOf(records)];
        Run(Done, topic);
        await java.ExpireAsync(TableFolder, retainLast: 1);
        Run(Done, topic, "--at-end", "close-all", "--end-time", HighestTime(events));

        // The other's row has not all that a session needs, so that ours are read without it.
        await java.DeleteAsync(TableFolder, "uuid = 'java'");
        SessionRows.AssertEqual(SessionRows.OfOracle(events, events.Max(e => e.TimestampMs)), await RowsAsync());
        await java.VerifyAsync(TableFolder);
    }

    private static string HighestTime(IEnumerable<ClickstreamEvent> events) => events.Max(e => e.TimestampMs).ToString(CultureInfo.InvariantCulture);

    private static void Produce(IProducer<byte[], byte[]> producer, string topic, IEnumerable<(int Partition, string? Key, string? Value)> records)
    {
        producer.BeginTransaction();
        foreach ((int partition, string? key, string? value) in records)
        {
            producer.Produce(new TopicPartition(topic, partition), new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key!), Value = Encoding.UTF8.GetBytes(value!) });
        }

        producer.Flush(Token);
    }
}
