using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests;

public sealed class KafkaEventSourceTests(KafkaBroker broker)
{
    private static CancellationToken Limit => CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token).Token;

    [Fact]
    public async Task ReadAsync_TwelvePartitions_GivesEveryRecordOnceInItsPartitionsOrder()
    {
        await broker.StartAsync();
        string topic = await broker.CreateTopicAsync(12);
        await broker.ProduceAsync(topic, Clicks.Spread(20_000, 100, 12));
        await using SourceDriver driver = await new SourceDriver(OptionsOf(topic)).OpenAsync(Limit);

        await driver.ReadToEndAsync(Limit);

        Assert.Equal(20_000, driver.Records.Count);
        Assert.Equal(20_000, driver.Records.Select(record => (record.User, record.TimestampMs)).Distinct().Count());
        Assert.All(driver.Records, record => Assert.Equal(BadEventReason.None, record.Reason));
        Assert.Equal(12, driver.Owned.Count);
        Assert.Equal(0, driver.Source.KeyMismatches);
    }

    private KafkaOptions OptionsOf(string topic) => new() { BootstrapServers = broker.Servers, Topic = topic, GroupId = broker.NewName("group") };
}
