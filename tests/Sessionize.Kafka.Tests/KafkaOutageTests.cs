using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>Brokers that go and come back.</summary>
public sealed class KafkaOutageTests
{
    [Fact]
    public async Task ReadAsync_BrokerThatRestarts_GoesOnWithoutAGapAndLogsLittle()
    {
        await using KafkaBroker broker = new();
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(4);
        await broker.ProduceAsync(topic, Clicks.Spread(4_000, 40, 4));
        using LogLines logs = new();
        KafkaOptions options = new() { BootstrapServers = broker.Servers, Topic = topic };
        await using SourceDriver driver = await new SourceDriver(options, trigger: Trigger.Continuous(TimeSpan.FromSeconds(1)), logs: logs)
            .OpenAsync(TimeLimit.Of());
        await driver.ReadUntilAsync(() => driver.Records.Count == 4_000, TimeLimit.Of());
        driver.Commit();
        PartitionEnd? before = driver.Source.EndOf(driver.Owned.First());

        Task restarting = broker.RunAsync("restart-broker");
        await driver.ReadUntilAsync(() => restarting.IsCompleted, TimeLimit.Of(), mayWait: true);
        await restarting;
        await broker.ProduceAsync(topic, Clicks.Spread(4_000, 40, 4, first: 4_000));
        await driver.ReadUntilAsync(() => driver.Records.Count == 8_000, TimeLimit.Of());

        // The client for questions still knows the leaders of before.
        await driver.ReadUntilAsync(
            () => driver.Owned.All(partition => driver.Source.EndOf(partition)?.Position == 2_000), TimeLimit.Of(), mayWait: true);
        await driver.Source.CheckAsync([new PartitionPosition(driver.Owned.First(), 4, 2_000, 0)], TimeLimit.Of());

        Assert.Equal(8_000, driver.Records.Select(record => (record.Partition, record.Position)).Distinct().Count());
        Assert.True(driver.Source.EndOf(driver.Owned.First())!.Value.ConfirmedAtMs > before!.Value.ConfirmedAtMs);
        Assert.InRange(logs.Lines.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)), 1, 12);
    }

    [Fact]
    public async Task OpenAsync_BrokerThatStartsALittleLater_IsWaitedFor()
    {
        await using KafkaBroker broker = new();
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(1);
        await broker.RunAsync("stop");
        await using SourceDriver driver = new(new KafkaOptions { BootstrapServers = broker.Servers, Topic = topic, StartTimeout = TimeSpan.FromSeconds(60) });

        Task opening = driver.OpenAsync(TimeLimit.Of());
        await broker.RunAsync("start");
        await opening;
        await driver.ReadToEndAsync(TimeLimit.Of());

        Assert.Single(driver.Owned);
    }
}
