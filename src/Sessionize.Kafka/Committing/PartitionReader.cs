using Confluent.Kafka;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Committing;

/// <summary>Makes consumers that read partitions of the topic of commits, without a group.</summary>
internal static class PartitionReader
{
    /// <exception cref="SessionizeException">A setting is wrong.</exception>
    public static IConsumer<byte[]?, byte[]?> Open(KafkaOptions options, IsolationLevel isolation, ClientErrors errors)
    {
        Dictionary<string, string> settings = ClientSettings.ForConsumer(options, "sessionize-commits", consumerProtocol: false);
        settings["dotnet.consumer.consume.result.fields"] = "all";
        settings["enable.auto.commit"] = "false";

        // An empty answer, which tells that the end is reached, is waited for by all who want to commit.
        settings["fetch.wait.max.ms"] = "50";
        settings["isolation.level"] = isolation == IsolationLevel.ReadCommitted ? "read_committed" : "read_uncommitted";
        try
        {
            return new ConsumerBuilder<byte[]?, byte[]?>(settings)
                .SetErrorHandler((_, error) => errors.Add(error))
                .SetLogHandler((_, message) => errors.Add(message))
                .Build();
        }
        catch (Exception wrong) when (KafkaFailure.IsWrongSetting(wrong))
        {
            throw KafkaFailure.WrongSetting(wrong);
        }
    }

    /// <summary>Takes what comes next.</summary>
    /// <returns><see langword="null"/>: nothing came in time.</returns>
    /// <exception cref="SessionizeException">The brokers refuse.</exception>
    public static ConsumeResult<byte[]?, byte[]?>? Consume(IConsumer<byte[]?, byte[]?> consumer, string topic, TimeSpan wait)
    {
        try
        {
            return consumer.Consume(wait);
        }
        catch (ConsumeException failure) when (KafkaFailure.IsPassing(failure.Error))
        {
            return null;
        }
        catch (ConsumeException failure)
        {
            throw KafkaFailure.Of($"reading the topic '{topic}'", failure);
        }
    }
}
