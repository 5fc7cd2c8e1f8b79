using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests;

/// <summary>Questions about what is not there yet. What is gone by then is in <see cref="Tool.RunOnThreeBrokersTests"/>.</summary>
public sealed class KafkaClusterTests(KafkaBroker broker)
{
    [Fact]
    public async Task ListOffsetsAsync_TopicWasAskedForBeforeItWasThere_IsAnsweredAllTheSame()
    {
        await broker.StartAsync();
        string topic = broker.NewName("new");
        TopicPartitionOffsetSpec[] end = [new() { TopicPartition = new(topic, 0), OffsetSpec = OffsetSpec.Latest() }];
        using KafkaCluster cluster = new(broker.Servers, [], TimeProvider.System, NullLogger.Instance);
        await Assert.ThrowsAsync<KafkaException>(() => cluster.ListOffsetsOnceAsync(end, IsolationLevel.ReadUncommitted, TimeSpan.FromSeconds(30)));
        await broker.CreateTopicAsync(1, topic);

        IReadOnlyDictionary<TopicPartition, long> ends = await cluster.ListOffsetsAsync(end, IsolationLevel.ReadUncommitted, TestContext.Current.CancellationToken);

        Assert.Equal(0, Assert.Single(ends).Value);
    }
}
