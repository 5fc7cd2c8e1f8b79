using Confluent.Kafka;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>Reads what stands in a topic.</summary>
internal static class TopicContent
{
    /// <summary>All records, by partition and offset.</summary>
    public static IReadOnlyList<ConsumeResult<string?, string?>> Read(string servers, string topic, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        using IConsumer<string?, string?> consumer = new ConsumerBuilder<string?, string?>(new ConsumerConfig
        {
            BootstrapServers = servers,
            GroupId = "content",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 20,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = isolation,
        }).SetLogHandler((_, _) => { }).Build();
        using IAdminClient admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        int partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(60)).Topics[0].Partitions.Count;
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, 0)));
        List<ConsumeResult<string?, string?>> records = [];
        CancellationToken limit = TimeLimit.Of();
        for (int ends = 0; ends < partitions;)
        {
            ConsumeResult<string?, string?> next = consumer.Consume(limit);
            if (next.IsPartitionEOF)
            {
                ends++;
            }
            else
            {
                records.Add(next);
            }
        }

        return [.. records.OrderBy(record => record.Partition.Value).ThenBy(record => record.Offset.Value)];
    }
}
