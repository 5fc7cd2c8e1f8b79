using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Producing;

/// <summary>Makes producers for one topic, once the brokers have answered and the topic is there.</summary>
/// <param name="options">The brokers and the topic.</param>
/// <param name="errors">Takes what librdkafka reports.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The logger.</param>
/// <param name="wrap">Comes between us and each producer; for tests of what fails there.</param>
internal sealed class ProducerConnection(
    KafkaOptions options, ClientErrors errors, TimeProvider clock, ILogger logger, Func<IProducer<byte[], byte[]>, IProducer<byte[], byte[]>>? wrap = null)
{
    /// <summary>Waits for the brokers and looks for the topic, which may be created.</summary>
    /// <exception cref="SessionizeException">No broker answers, the login is refused, or the topic is missing.</exception>
    public async Task<KnownTopic> ProbeAsync(CancellationToken cancellationToken)
    {
        using KafkaCluster cluster = new(options.BootstrapServers, options.Properties, clock, logger);
        return (await cluster.ProbeAsync(options, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <summary>Makes a producer.</summary>
    /// <param name="settings">Settings of librdkafka beside the user's, which win.</param>
    /// <exception cref="SessionizeException">A setting is wrong.</exception>
    public IProducer<byte[], byte[]> Open(IReadOnlyDictionary<string, string> settings)
    {
        try
        {
            IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(ClientSettings.ForProducer(options.BootstrapServers, settings.Concat(options.Properties)))
                .SetErrorHandler((_, error) => errors.Add(error))
                .SetLogHandler((_, message) => errors.Add(message))
                .Build();
            return wrap is null ? producer : wrap(producer);
        }
        catch (Exception wrong) when (KafkaFailure.IsWrongSetting(wrong))
        {
            throw KafkaFailure.WrongSetting(wrong);
        }
    }
}
