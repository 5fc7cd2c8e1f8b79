using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests;

public sealed class KafkaDataLossTests(KafkaBroker broker)
{
    private readonly ConcurrentDictionary<string, PartitionPosition> _commits = [];

    [Fact]
    public async Task CheckAsync_RetentionOvertakesThePosition_NamesTheMissingRangeOrGoesOnBehindIt()
    {
        KafkaOptions options = await ReadOnceAsync(100);
        await broker.ProduceAsync(options.Topic!, Clicks.Spread(100, 10, 1, first: 100));
        await broker.Admin.DeleteRecordsAsync([new TopicPartitionOffset(options.Topic, 0, 150)]);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => ReadAgainAsync(options));
        Assert.Contains($"The records 100 to 149 of {options.Topic}, partition 0, are no longer there", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Kafka:OnDataLoss", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.AreRetriesUsedUp);

        options.OnDataLoss = KafkaDataLoss.Continue;
        await using SourceDriver driver = await ReadAgainAsync(options);
        Assert.Equal(Enumerable.Range(150, 50), driver.Records.Select(record => (int)record.Position));
        Assert.Equal(50, driver.Source.LostRecords);
    }

    [Fact]
    public async Task CheckAsync_TopicMadeAnew_StopsOrReadsItFromItsBeginning()
    {
        KafkaOptions options = await ReadOnceAsync(100);
        await broker.RecreateTopicAsync(options.Topic!, 1);
        await broker.ProduceAsync(options.Topic!, Clicks.Spread(300, 10, 1));

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => ReadAgainAsync(options));
        Assert.Contains($"The topic '{options.Topic}' was deleted and made anew", failure.Message, StringComparison.Ordinal);

        options.OnDataLoss = KafkaDataLoss.Continue;
        await using SourceDriver driver = await ReadAgainAsync(options);
        Assert.Equal(300, driver.Records.Count);
    }

    [Fact]
    public async Task CheckAsync_TopicMadeAnewWithFewerPartitions_Stops()
    {
        KafkaOptions options = await ReadOnceAsync(100, partitions: 3);
        await broker.RecreateTopicAsync(options.Topic!, 2);
        options.OnDataLoss = KafkaDataLoss.Continue;

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => ReadAgainAsync(options));

        Assert.Contains("has 2 partitions, and had 3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_PositionBehindTheEnd_Stops()
    {
        KafkaOptions options = await ReadOnceAsync(100);
        PartitionPosition committed = _commits.Values.Single();
        _commits[_commits.Keys.Single()] = committed with { Next = 200 };

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => ReadAgainAsync(options));

        Assert.Contains("ends at 100, before the committed position 200", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_AnotherSourcesPositionOrAnotherTopics_Stops()
    {
        KafkaOptions options = await ReadOnceAsync(10);
        await using SourceDriver driver = await ReadAgainAsync(options);

        SessionizeException foreign = await Assert.ThrowsAsync<SessionizeException>(async () =>
            await driver.Source.CheckAsync([new PartitionPosition("events.ndjson", 1, 7, 1)], TimeLimit.Of()));
        SessionizeException other = await Assert.ThrowsAsync<SessionizeException>(async () =>
            await driver.Source.CheckAsync([new PartitionPosition("orders/abc/0", 1, 7, 1)], TimeLimit.Of()));

        Assert.Contains("'events.ndjson', which is no partition of Kafka", foreign.Message, StringComparison.Ordinal);
        Assert.Contains("'orders', which it does not read any more", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partitions_AddedToATopicThatIsRead_AreReadFromTheirBeginning()
    {
        await broker.StartAsync();
        KafkaOptions options = new()
        {
            BootstrapServers = broker.Servers,
            Topic = await broker.CreateTopicAsync(2),
            GroupId = broker.NewName("group"),
            StartFrom = KafkaStart.Latest,
        };
        options.Properties["topic.metadata.refresh.interval.ms"] = "1000";
        await using SourceDriver driver = await new SourceDriver(options, _commits, Trigger.Continuous(TimeSpan.FromSeconds(1))).OpenAsync(TimeLimit.Of());
        await driver.ReadUntilAsync(() => driver.Owned.Count == 2, TimeLimit.Of());

        await broker.Admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = options.Topic, IncreaseTo = 4 }]);
        await ProduceWhenThereAsync(options.Topic, Clicks.Spread(400, 40, 4));
        await driver.ReadUntilAsync(() => driver.Records.Count == 400, TimeLimit.Of());

        Assert.Equal(4, driver.Owned.Count);
        driver.Commit();

        // Found when the process starts, too: the group has offsets of the topic.
        await driver.DisposeAsync();
        await broker.Admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = options.Topic, IncreaseTo = 5 }]);
        await ProduceWhenThereAsync(options.Topic, [(4, "user-004", Clicks.Of("user-004", 1))]);
        await using SourceDriver again = await ReadAgainAsync(options);
        Assert.Single(again.Records);
    }

    [Theory]
    [InlineData("consumer")]
    [InlineData("classic")]
    public async Task ReadAsync_RetentionOvertakesTheReader_GoesOnBehindTheGap(string protocol)
    {
        SourceDriver driver = await OvertakeAsync(protocol, KafkaDataLoss.Continue);
        await using (driver)
        {
            await driver.ReadUntilAsync(() => driver.Records.Count > 0 && driver.Records[^1].Position == 39_999, TimeLimit.Of());

            Assert.Contains(driver.Records, record => record.Position == 39_000);
            Assert.Equal(39_000 - driver.Source.LostRecords + 1_000, driver.Records.Count);
            Assert.NotEqual(0, driver.Source.LostRecords);
        }
    }

    [Fact]
    public async Task ReadAsync_RetentionOvertakesTheReader_StopsWithTheMissingRange()
    {
        SourceDriver driver = await OvertakeAsync("consumer", KafkaDataLoss.Stop);
        await using (driver)
        {
            SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
                () => driver.ReadUntilAsync(() => driver.Records[^1].Position == 39_999, TimeLimit.Of()));
            Assert.Contains("to 38999 of", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ReadAsync_TopicDeleted_Stops()
    {
        await broker.StartAsync();
        KafkaOptions options = new() { BootstrapServers = broker.Servers, Topic = await broker.CreateTopicAsync(1), GroupId = broker.NewName("group") };
        options.Properties["topic.metadata.refresh.interval.ms"] = "1000";
        options.Properties["topic.metadata.propagation.max.ms"] = "1000";
        await using SourceDriver driver = await new SourceDriver(options, _commits, Trigger.Continuous(TimeSpan.FromSeconds(1))).OpenAsync(TimeLimit.Of());
        await driver.ReadUntilAsync(() => driver.Owned.Count == 1, TimeLimit.Of());

        await broker.Admin.DeleteTopicsAsync([options.Topic]);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => driver.ReadUntilAsync(() => false, TimeLimit.Of()));

        Assert.Contains($"The topic '{options.Topic}' was deleted while it was read", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Stops reading in the middle, has all but the last thousand records deleted, and what librdkafka has read ahead thrown away.</summary>
    private async Task<SourceDriver> OvertakeAsync(string protocol, KafkaDataLoss onLoss)
    {
        await broker.StartAsync();
        KafkaOptions options = new()
        {
            BootstrapServers = broker.Servers,
            Topic = await broker.CreateTopicAsync(1),
            GroupId = broker.NewName("group"),
            OnDataLoss = onLoss,
            BufferBytes = 64 * 1024,
        };
        options.Properties["group.protocol"] = protocol;
        options.Properties["max.poll.interval.ms"] = "6000";
        options.Properties["queued.max.messages.kbytes"] = "64";
        options.Properties["fetch.message.max.bytes"] = "20000";
        if (protocol == "classic")
        {
            options.Properties["session.timeout.ms"] = "6000";
        }

        await broker.ProduceAsync(options.Topic, Clicks.Spread(40_000, 10, 1));
        SourceDriver driver = await new SourceDriver(options, _commits, Trigger.Continuous(TimeSpan.FromSeconds(1))).OpenAsync(TimeLimit.Of());
        await driver.ReadUntilAsync(() => driver.Records.Count > 0, TimeLimit.Of());
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await broker.Admin.DeleteRecordsAsync([new TopicPartitionOffset(options.Topic, 0, 39_000)]);
        return driver;
    }

    private async Task<KafkaOptions> ReadOnceAsync(int records, int partitions = 1)
    {
        await broker.StartAsync();
        KafkaOptions options = new() { BootstrapServers = broker.Servers, Topic = await broker.CreateTopicAsync(partitions), GroupId = broker.NewName("group") };
        await broker.ProduceAsync(options.Topic, Clicks.Spread(records, 10, partitions));
        await using SourceDriver driver = await ReadAgainAsync(options);
        Assert.Equal(records, driver.Records.Count);
        return options;
    }

    private async Task<SourceDriver> ReadAgainAsync(KafkaOptions options)
    {
        SourceDriver driver = await new SourceDriver(options, _commits).OpenAsync(TimeLimit.Of());
        try
        {
            await driver.ReadToEndAsync(TimeLimit.Of());
            return driver;
        }
        catch
        {
            await driver.DisposeAsync();
            throw;
        }
    }

    /// <summary>A producer knows of a new partition a moment later.</summary>
    private async Task ProduceWhenThereAsync(string topic, IEnumerable<(int Partition, string? Key, string? Value)> records)
    {
        foreach ((int Partition, string? Key, string? Value)[] partition in records.GroupBy(record => record.Partition).Select(group => group.ToArray()))
        {
            await broker.ProduceWhenThereAsync(topic, partition);
        }
    }
}
