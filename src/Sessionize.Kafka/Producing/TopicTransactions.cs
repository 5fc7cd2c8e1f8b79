using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Consuming;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Producing;

/// <summary>Sends records to one topic in transactions, all records of one or none, each with an id by which it is found again.</summary>
/// <remarks>Who opens it with a transactional id ends what another one with that id has under way. Calls come one after the other.</remarks>
internal sealed class TopicTransactions : IDisposable
{
    /// <summary>The header with the id.</summary>
    public const string IdHeader = "sessionize.replay";

    private readonly KafkaOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly TransactionalProducer _producer;

    private TopicTransactions(KafkaOptions options, KnownTopic topic, TransactionalProducer producer, TimeProvider clock, ILogger logger) =>
        (_options, Topic, _producer, _clock, _logger) = (options, topic, producer, clock, logger);

    /// <summary>The topic, with its id.</summary>
    public KnownTopic Topic { get; }

    /// <summary>Connects. Afterwards no transaction of the id is open, and each one before is either committed or will never be.</summary>
    /// <exception cref="SessionizeException">No broker answers, the login is refused, the topic or a right is missing.</exception>
    public static async Task<TopicTransactions> OpenAsync(
        KafkaTopicOptions options, string transactionalId, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        KafkaOptions target = options.ToProbe();
        ProducerConnection connection = new(target, new ClientErrors($"The producer for {options.Topic}", clock, logger), clock, logger);
        KnownTopic topic = await connection.ProbeAsync(cancellationToken).ConfigureAwait(false);
        TransactionalProducer producer = await TransactionalProducer.OpenAsync(
            connection, transactionalId, clock, failure => Failed(topic, failure), cancellationToken).ConfigureAwait(false);
        return new TopicTransactions(target, topic, producer, clock, logger);
    }

    /// <summary>Where each partition ends, transactions that are open included.</summary>
    public async Task<IReadOnlyDictionary<int, long>> EndsAsync(CancellationToken cancellationToken)
    {
        using KafkaCluster cluster = new(_options.BootstrapServers, _options.Properties, _clock, _logger);
        IReadOnlyDictionary<TopicPartition, long> ends = await cluster.ListOffsetsAsync(
            [.. Enumerable.Range(0, Topic.Partitions).Select(number => new TopicPartitionOffsetSpec { TopicPartition = new(Topic.Name, number), OffsetSpec = OffsetSpec.Latest() })],
            IsolationLevel.ReadUncommitted,
            cancellationToken).ConfigureAwait(false);
        return ends.ToDictionary(end => end.Key.Partition.Value, end => end.Value);
    }

    /// <summary>Whether one of some ids is in the topic, from given positions on.</summary>
    public async Task<bool> HasAnyAsync(IReadOnlySet<string> ids, IReadOnlyDictionary<int, long> from, CancellationToken cancellationToken)
    {
        TopicScan scan = new(_options, Topic, _clock, _logger);
        await foreach (ConsumeResult<byte[]?, byte[]?> record in scan.ReadAsync(from, cancellationToken).ConfigureAwait(false))
        {
            if (record.Message.Headers.TryGetLastBytes(IdHeader, out byte[] id) && id is not null && ids.Contains(Encoding.UTF8.GetString(id)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sends records in one transaction.</summary>
    /// <returns>Done when all of them are there.</returns>
    /// <exception cref="SessionizeException">The outcome is not known, until the same transactional id is opened again; or it was taken over.</exception>
    public async Task SendAsync(IReadOnlyCollection<Message<byte[], byte[]>> messages)
    {
        await _producer.BeginAsync(CancellationToken.None).ConfigureAwait(false);
        TopicPartition anywhere = new(Topic.Name, Partition.Any);
        foreach (Message<byte[], byte[]> message in messages)
        {
            await _producer.SendAsync(anywhere, message, null, CancellationToken.None).ConfigureAwait(false);
        }

        await _producer.CommitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    public void Dispose() => _producer.Dispose();

    private static SessionizeException Failed(KnownTopic topic, KafkaException failure) => failure.Error.Code switch
    {
        ErrorCode.Local_Fenced or ErrorCode.InvalidProducerEpoch or ErrorCode.ProducerFenced => new SessionizationFencedException(
            $"Another process sends the same records to the topic '{topic.Name}': this one has stopped. What it had begun was not written."),
        ErrorCode.TransactionalIdAuthorizationFailed => new SessionizeException(
            "Kafka does not let this user use transactions: ask for the right to Write on transactional ids that begin with 'sessionize-replay-'.", failure),
        _ => KafkaFailure.Of($"writing to the topic '{topic.Name}' in a transaction", failure),
    };
}
