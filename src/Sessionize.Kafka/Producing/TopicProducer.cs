using System.Collections.Immutable;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Producing;

/// <summary>Sends messages to one topic, and knows when all of them are there. Connects with the first ones.</summary>
/// <remarks>Calls come one after the other.</remarks>
internal sealed class TopicProducer : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly KafkaOptions _options;
    private readonly TimeProvider _clock;
    private readonly ProducerConnection _connection;
    private IProducer<byte[], byte[]>? _producer;

    /// <exception cref="ArgumentException">The options have a mistake.</exception>
    public TopicProducer(KafkaTopicOptions options, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.ToProbe();
        if (KafkaOptionsCheck.FindMistakes(_options).ToArray() is { Length: > 0 } mistakes)
        {
            throw new ArgumentException(string.Join(' ', mistakes), nameof(options));
        }

        _clock = clock;
        _connection = new ProducerConnection(_options, new ClientErrors($"The producer for {options.Topic}", clock, logger), clock, logger);
    }

    /// <summary>Sends messages.</summary>
    /// <returns>Done when the brokers have all of them, on as many replicas as they ask for.</returns>
    /// <exception cref="SessionizeException">One could not be sent; others may be there.</exception>
    public async Task SendAsync(IReadOnlyCollection<Message<byte[], byte[]>> messages, CancellationToken cancellationToken)
    {
        IProducer<byte[], byte[]> producer = _producer ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        Delivery delivery = new(messages.Count);
        foreach (Message<byte[], byte[]> message in messages)
        {
            while (!TrySend(producer, message, delivery))
            {
                await Task.Delay(s_pause, _clock, cancellationToken).ConfigureAwait(false);
            }
        }

        if (await delivery.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false) is { } error)
        {
            throw KafkaFailure.Of($"writing to the topic '{_options.Topic}'", new KafkaException(error));
        }
    }

    public void Dispose() => _producer?.Dispose();

    private bool TrySend(IProducer<byte[], byte[]> producer, Message<byte[], byte[]> message, Delivery delivery)
    {
        try
        {
            producer.Produce(_options.Topic, message, delivery.Add);
            return true;
        }
        catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[], byte[]> failure)
        {
            throw KafkaFailure.Of($"writing to the topic '{_options.Topic}'", failure);
        }
    }

    private async Task<IProducer<byte[], byte[]>> OpenAsync(CancellationToken cancellationToken)
    {
        await _connection.ProbeAsync(cancellationToken).ConfigureAwait(false);
        return _connection.Open(ImmutableDictionary<string, string>.Empty);
    }
}
