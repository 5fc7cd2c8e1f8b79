using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;

namespace Sessionize.Kafka.Consuming;

/// <summary>Reads what <see cref="KafkaDeadLetterSink"/> has sent.</summary>
internal sealed class DeadLetterTopic(KafkaOptions options, TimeProvider clock, ILogger logger)
{
    /// <summary>The letters that are there.</summary>
    /// <exception cref="SessionizeException">The topic is missing, has something else in it, or the brokers do not answer.</exception>
    public async IAsyncEnumerable<DeadLetter> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        KnownTopic topic;
        using (KafkaCluster cluster = new(options.BootstrapServers, options.Properties, clock, logger))
        {
            topic = (await cluster.ProbeAsync(options, cancellationToken).ConfigureAwait(false))[0];
        }

        TopicScan scan = new(options, topic, clock, logger);
        await foreach (ConsumeResult<byte[]?, byte[]?> record in scan.ReadAsync(new Dictionary<int, long>(), cancellationToken).ConfigureAwait(false))
        {
            yield return LetterOf(record);
        }
    }

    private static DeadLetter LetterOf(ConsumeResult<byte[]?, byte[]?> record)
    {
        if (TextOf(record, "reason") is not { } reason
            || TextOf(record, "source") is not { } source
            || !long.TryParse(TextOf(record, "position"), NumberStyles.None, CultureInfo.InvariantCulture, out long position))
        {
            throw new SessionizeException(
                $"The record at offset {record.Offset.Value} of {record.Topic}, partition {record.Partition.Value}, is no dead letter: it has not the headers sessionize.reason, sessionize.source and sessionize.position. Name the topic to which dead letters are sent.");
        }

        return new DeadLetter(
            source,
            position,
            long.TryParse(TextOf(record, "byte_offset"), NumberStyles.None, CultureInfo.InvariantCulture, out long offset) ? offset : null,
            reason,
            record.Message.Value ?? [],
            TextOf(record, "raw_truncated") == "true");
    }

    private static string? TextOf(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers.TryGetLastBytes($"sessionize.{name}", out byte[] text) && text is not null ? Encoding.UTF8.GetString(text) : null;
}
