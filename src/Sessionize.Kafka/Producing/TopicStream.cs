using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Producing;

/// <summary>Sends any number of records to one topic, many of them under way at once, each to stand there once.</summary>
/// <remarks>Calls come one after the other; <see cref="Delivered"/> may be read by any thread.</remarks>
internal sealed class TopicStream : IDisposable
{
    private const int MostUnderWay = 50_000;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    // Whoever watches is told within half a minute that the brokers have gone, instead of librdkafka's five minutes.
    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal)
    {
        ["message.timeout.ms"] = "30000",
        ["dotnet.producer.delivery.report.fields"] = "none",
    };

    private readonly string _topic;
    private readonly TimeProvider _clock;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly Action<DeliveryReport<byte[], byte[]>> _onDelivery;
    private long _sent;
    private long _delivered;
    private Error? _failure;

    private TopicStream(string topic, TimeProvider clock, IProducer<byte[], byte[]> producer)
    {
        (_topic, _clock, _producer) = (topic, clock, producer);
        _onDelivery = Take;
    }

    /// <summary>How many records the brokers have, on as many replicas as they ask for.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>How many records were given to librdkafka.</summary>
    public long Sent => _sent;

    /// <summary>Connects.</summary>
    /// <exception cref="SessionizeException">No broker answers, the login is refused, or the topic is missing.</exception>
    public static async Task<TopicStream> OpenAsync(KafkaTopicOptions options, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        ProducerConnection connection = new(options.ToProbe(), new ClientErrors($"The producer for {options.Topic}", clock, logger), clock, logger);
        await connection.ProbeAsync(cancellationToken).ConfigureAwait(false);
        return new TopicStream(options.Topic, clock, connection.Open(s_settings));
    }

    /// <summary>Sends a record; waits while too many are under way.</summary>
    /// <exception cref="SessionizeException">This one or one before could not be sent.</exception>
    public async ValueTask SendAsync(Message<byte[], byte[]> message, CancellationToken cancellationToken)
    {
        while (_sent - Delivered >= MostUnderWay || !TryProduce(message))
        {
            ThrowIfFailed();
            await Task.Delay(s_pause, _clock, cancellationToken).ConfigureAwait(false);
        }

        _sent++;
        ThrowIfFailed();
    }

    /// <summary>Waits until all records are there.</summary>
    /// <exception cref="SessionizeException">One could not be sent.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        while (Delivered < _sent)
        {
            ThrowIfFailed();
            await Task.Delay(s_pause, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _producer.Dispose();

    private bool TryProduce(Message<byte[], byte[]> message)
    {
        try
        {
            _producer.Produce(_topic, message, _onDelivery);
            return true;
        }
        catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[], byte[]> failure)
        {
            throw KafkaFailure.Of(What, failure);
        }
    }

    /// <summary>Hears, on a thread of librdkafka, what became of a record.</summary>
    private void Take(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError)
        {
            Interlocked.CompareExchange(ref _failure, report.Error, null);
        }
        else
        {
            Interlocked.Increment(ref _delivered);
        }
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw KafkaFailure.Of(What, new KafkaException(failure));
        }
    }

    private string What => $"writing to the topic '{_topic}'";
}
