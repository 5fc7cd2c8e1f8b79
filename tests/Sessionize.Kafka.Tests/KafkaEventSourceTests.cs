using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests;

public sealed class KafkaEventSourceTests(KafkaBroker broker)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_TwelvePartitions_GivesEveryRecordOnceInItsPartitionsOrder(bool oneByOne)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(12);
        await broker.ProduceAsync(topic, Clicks.Spread(20_000, 100, 12));
        await using SourceDriver driver = await new SourceDriver(OptionsOf(topic), oneByOne: oneByOne).OpenAsync(TimeLimit.Of());

        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal(20_000, driver.Records.Count);
        Assert.Equal(20_000, driver.Records.Select(record => (record.User, record.TimestampMs)).Distinct().Count());
        Assert.All(driver.Records, record => Assert.Equal((BadEventReason.None, long.MaxValue), (record.Reason, record.ArrivalMs)));
        Assert.Equal(Enumerable.Range(0, 12), driver.Changes.SelectMany(change => change.Partitions).Select(partition => partition.Lane.Number).Order());
        Assert.Equal(0, driver.Source.KeyMismatches);
        Assert.Equal(!oneByOne, driver.Source.TakesMany);
    }

    [Fact]
    public async Task ReadAsync_AfterARestart_GoesOnAtTheCommittedPositions()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(3);
        ConcurrentDictionary<string, PartitionPosition> commits = [];
        KafkaOptions options = OptionsOf(topic);
        await broker.ProduceAsync(topic, Clicks.Spread(300, 30, 3));
        await using (SourceDriver first = await new SourceDriver(options, commits).OpenAsync(TimeLimit.Of()))
        {
            await first.ReadToEndAsync(TimeLimit.Of());
            Assert.Equal(300, first.Records.Count);
        }

        await broker.ProduceAsync(topic, Clicks.Spread(90, 30, 3, first: 300));
        await using SourceDriver second = await new SourceDriver(options, commits).OpenAsync(TimeLimit.Of());
        await second.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal(90, second.Records.Count);
        Assert.All(second.Records, record => Assert.InRange(record.Position, 100, 129));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SeekAsync_PartitionThatIsRead_GivesTheSameRecordsAgain(bool oneByOne)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        await broker.ProduceAsync(topic, Clicks.Spread(10_000, 10, 2));
        await using SourceDriver driver = await new SourceDriver(OptionsOf(topic), oneByOne: oneByOne).OpenAsync(TimeLimit.Of());
        await driver.ReadUntilAsync(() => driver.Records.Count > 3000, TimeLimit.Of());
        string partition = driver.Records[0].Partition;

        await driver.GoBackAsync(partition, 7, TimeLimit.Of());
        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal(Enumerable.Range(7, 4993), driver.Records.Where(record => record.Partition == partition).Select(record => (int)record.Position));
        Assert.Equal(5000, driver.Records.Count(record => record.Partition != partition));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_RecordsThatAreNoEvents_PassesOverThem(bool oneByOne)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1);
        await broker.ProduceAsync(topic,
        [
            (0, "user-1", Clicks.Of("user-1", 0)),
            (0, "user-1", null),
            (0, "user-1", " \t\r"),
            (0, "user-1", "{"),
            (0, "user-2", Clicks.Of("user-1", 1)),
            (0, null, Clicks.Of("user-1", 2)),
            (0, "user-1", null),
        ]);
        await using SourceDriver driver = await new SourceDriver(OptionsOf(topic), oneByOne: oneByOne).OpenAsync(TimeLimit.Of());

        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal(
            [(0, BadEventReason.None), (3, BadEventReason.MalformedJson), (4, BadEventReason.None), (5, BadEventReason.None)],
            driver.Records.Select(record => ((int)record.Position, record.Reason)));
        Assert.Equal(7, driver.NextOf(driver.Owned.Single()));
        await driver.ReadUntilAsync(() => driver.Source.KeyMismatches == 2, TimeLimit.Of(), mayWait: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_Transactions_GivesTheCommittedAndEndsBehindTheirMarkers(bool oneByOne)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1);
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = broker.Servers,
            TransactionalId = broker.NewName("transaction"),
        }).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        foreach (bool commits in (bool[])[true, false, true, false])
        {
            producer.BeginTransaction();
            for (int i = 0; i < 10; i++)
            {
                producer.Produce(topic, new Message<byte[], byte[]> { Value = Encoding.UTF8.GetBytes(Clicks.Of(commits ? "good" : "aborted", i)) });
            }

            if (commits)
            {
                producer.CommitTransaction();
            }
            else
            {
                producer.Flush(TestContext.Current.CancellationToken);
                producer.AbortTransaction();
            }
        }

        await using SourceDriver driver = await new SourceDriver(OptionsOf(topic), oneByOne: oneByOne).OpenAsync(TimeLimit.Of());
        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal(20, driver.Records.Count(record => record.User == "good"));
        Assert.Equal(20, driver.Records.Count);

        // Four markers have offsets, too; else a retention that deletes them would look like a loss.
        Assert.Equal(44, driver.NextOf(driver.Owned.Single()));
    }

    [Fact]
    public async Task ReadAsync_OpenTransaction_IsNotWaitedForAtTheEndButKeepsThePartitionFromBeingIdle()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1);
        await broker.ProduceAsync(topic, [(0, "user-1", Clicks.Of("user-1", 0))]);
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = broker.Servers,
            TransactionalId = broker.NewName("transaction"),
        }).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        await producer.ProduceAsync(
            topic, new Message<byte[], byte[]> { Value = Encoding.UTF8.GetBytes(Clicks.Of("user-1", 1)) }, TestContext.Current.CancellationToken);

        await using (SourceDriver driver = await new SourceDriver(OptionsOf(topic)).OpenAsync(TimeLimit.Of()))
        {
            await driver.ReadToEndAsync(TimeLimit.Of());
            Assert.Single(driver.Records);
        }

        await using SourceDriver live = await new SourceDriver(OptionsOf(topic), trigger: Trigger.Continuous(TimeSpan.FromSeconds(1))).OpenAsync(TimeLimit.Of());
        await live.ReadUntilAsync(() => live.Records.Count == 1, TimeLimit.Of());
        string partition = live.Owned.Single();
        await live.ReadUntilAsync(() => live.Source.EndOf(partition)?.Position == 2, TimeLimit.Of(), mayWait: true);
        producer.CommitTransaction();
        await live.ReadUntilAsync(() => live.NextOf(partition) == 3 && live.Source.EndOf(partition)?.Position == 3, TimeLimit.Of(), mayWait: true);
        Assert.Equal(2, live.Records.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_TopicWithAppendTime_GivesItAsArrival(bool oneByOne)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1, null, ("message.timestamp.type", "LogAppendTime"));
        long before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await broker.ProduceAsync(topic, [(0, "user-1", Clicks.Of("user-1", 0))]);
        long after = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await using SourceDriver driver = await new SourceDriver(OptionsOf(topic), oneByOne: oneByOne).OpenAsync(TimeLimit.Of());

        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.InRange(Assert.Single(driver.Records).ArrivalMs, before, after);
    }

    [Fact]
    public async Task ReadAsync_ReaderThatStands_LosesNeitherRecordsNorTheGroup()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        await broker.ProduceAsync(topic, Clicks.Spread(20_000, 10, 2));
        KafkaOptions options = OptionsOf(topic);
        options.BufferBytes = 256 * 1024;
        options.Properties["max.poll.interval.ms"] = "8000";
        options.Properties["session.timeout.ms"] = "8000";
        options.Properties["heartbeat.interval.ms"] = "500";
        await using SourceDriver driver = await new SourceDriver(options).OpenAsync(TimeLimit.Of());
        await driver.ReadUntilAsync(() => driver.Records.Count > 0, TimeLimit.Of());

        // More than twice as long as a group waits for a member that does not poll.
        await Task.Delay(TimeSpan.FromSeconds(18), TestContext.Current.CancellationToken);
        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal(20_000, driver.Records.Count);
        Assert.Equal(AssignmentChangeKind.Assigned, Assert.Single(driver.Changes).Kind);
    }

    [Theory]
    [InlineData("latest", 100, 100)]
    [InlineData("earliest", 0, 0)]
    [InlineData("TOPIC/0=40,TOPIC/1=500", 40, 100)]
    [InlineData("TOPIC/0=40", 40, 0)]
    [InlineData("2000-01-01T00:00:00Z", 0, 0)]
    [InlineData("2100-01-01T00:00:00Z", 100, 100)]
    public async Task StartFrom_WithoutACommit_SaysWhereReadingStarts(string start, long first, long second)
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        await broker.ProduceAsync(topic, Clicks.Spread(200, 10, 2));
        KafkaOptions options = OptionsOf(topic);
        Assert.True(KafkaStart.TryParse(start.Replace("TOPIC", topic, StringComparison.Ordinal), out KafkaStart from));
        options.StartFrom = from;
        await using SourceDriver driver = await new SourceDriver(options).OpenAsync(TimeLimit.Of());

        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Equal([first, second], driver.Changes.Single().Partitions.OrderBy(partition => partition.Order).Select(partition => partition.Start));
        Assert.Equal(200 - first - second, driver.Records.Count);
    }

    [Fact]
    public async Task Committed_Positions_ShowInTheGroupsOffsets()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(2);
        await broker.ProduceAsync(topic, Clicks.Spread(200, 10, 2));
        KafkaOptions options = OptionsOf(topic);
        await using (SourceDriver driver = await new SourceDriver(options).OpenAsync(TimeLimit.Of()))
        {
            await driver.ReadToEndAsync(TimeLimit.Of());
        }

        var offsets = await broker.Admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(options.GroupId!, null)]);

        Assert.Equal([100L, 100L], offsets.Single().Partitions.Select(partition => partition.Offset.Value));
    }

    private KafkaOptions OptionsOf(string topic) => new() { BootstrapServers = broker.Servers, Topic = topic, GroupId = broker.NewName("group") };
}
