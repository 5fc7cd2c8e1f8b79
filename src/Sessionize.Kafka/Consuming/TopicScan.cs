using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Consuming;

/// <summary>Reads a topic from given positions to the end that it has then, without a group; of transactions only those that were committed.</summary>
internal sealed class TopicScan(KafkaOptions options, KnownTopic topic, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Reads.</summary>
    /// <param name="from">Where each partition begins; one that is not there begins with its first record.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SessionizeException">The brokers do not answer for a minute, or refuse.</exception>
    public async IAsyncEnumerable<ConsumeResult<byte[]?, byte[]?>> ReadAsync(
        IReadOnlyDictionary<int, long> from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ClientErrors errors = new($"The reader of {topic.Name}", clock, logger);
        using IConsumer<byte[]?, byte[]?> consumer = Open(errors);
        consumer.Assign(Enumerable.Range(0, topic.Partitions).Select(number => new TopicPartitionOffset(
            topic.Name, number, from.TryGetValue(number, out long offset) ? new Offset(offset) : Offset.Beginning)));
        HashSet<int> ended = [];
        long heardAt = clock.GetTimestamp();
        while (ended.Count < topic.Partitions)
        {
            if ((Consume(consumer, TimeSpan.Zero) ?? await Task.Run(() => Consume(consumer, s_pause), cancellationToken).ConfigureAwait(false)) is not { } next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (clock.GetElapsedTime(heardAt) > s_patience)
                {
                    throw KafkaFailure.Unavailable(options.BootstrapServers, clock.GetElapsedTime(heardAt), errors.Last, null);
                }

                continue;
            }

            heardAt = clock.GetTimestamp();
            if (next.IsPartitionEOF)
            {
                ended.Add(next.Partition.Value);
            }
            else if (!ended.Contains(next.Partition.Value))
            {
                yield return next;
            }
        }
    }

    private IConsumer<byte[]?, byte[]?> Open(ClientErrors errors)
    {
        Dictionary<string, string> settings = ClientSettings.ForConsumer(options, "sessionize-scan", consumerProtocol: false);
        settings["dotnet.consumer.consume.result.fields"] = "all";
        settings["auto.offset.reset"] = "earliest";
        settings["isolation.level"] = "read_committed";
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

    private ConsumeResult<byte[]?, byte[]?>? Consume(IConsumer<byte[]?, byte[]?> consumer, TimeSpan wait)
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
            throw KafkaFailure.Of($"reading the topic '{topic.Name}'", failure);
        }
    }
}
