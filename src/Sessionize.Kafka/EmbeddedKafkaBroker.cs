using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka;

/// <summary>Brokers inside this process, for trying out and for tests: librdkafka's mock cluster.</summary>
/// <remarks>
/// <para>They listen on 127.0.0.1 and speak to every client of Kafka. Everything is in memory and ends with <see cref="Dispose"/>, which comes after
/// that of the clients. Each topic has 4 partitions, of which each keeps at most 5 MiB of compressed records and then forgets the oldest.</para>
/// <para>Not there: transactions, offsets by time, descriptions of groups, logins and TLS. So a pipeline that ends by itself
/// (<see cref="Trigger.UntilEnd"/>) needs to be the only member of its group. Exactly once does not depend on what is missing.</para>
/// </remarks>
public sealed class EmbeddedKafkaBroker : IDisposable
{
    /// <summary>How many partitions each topic has.</summary>
    public const int PartitionsPerTopic = 4;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly IProducer<Null, Null> _host;
    private readonly IAdminClient _admin;

    private EmbeddedKafkaBroker(IProducer<Null, Null> host, IAdminClient admin, string servers) =>
        (_host, _admin, BootstrapServers) = (host, admin, servers);

    /// <summary>Where they listen, for <see cref="KafkaOptions.BootstrapServers"/>.</summary>
    public string BootstrapServers { get; }

    /// <summary>Starts brokers.</summary>
    /// <param name="topics">Topics to be there from the start.</param>
    /// <param name="brokers">How many.</param>
    /// <returns>The brokers, when they answer.</returns>
    /// <exception cref="ArgumentException">A topic's name is none.</exception>
    /// <exception cref="SessionizeException">They do not answer within 10 seconds.</exception>
    public static EmbeddedKafkaBroker Start(IEnumerable<string> topics, int brokers = 1)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        ClientErrors errors = new("The embedded broker", TimeProvider.System, NullLogger.Instance);
        IProducer<Null, Null> host = new ProducerBuilder<Null, Null>(new Dictionary<string, string>
        {
            ["test.mock.num.brokers"] = $"{brokers}",
            ["allow.auto.create.topics"] = "true",
        }).SetErrorHandler((_, error) => errors.Add(error)).SetLogHandler((_, message) => errors.Add(message)).Build();
        IAdminClient admin = new DependentAdminClientBuilder(host.Handle).Build();
        try
        {
            Metadata metadata = admin.GetMetadata(s_patience);
            EmbeddedKafkaBroker broker = new(host, admin, string.Join(',', metadata.Brokers.Select(found => $"{found.Host}:{found.Port}")));
            foreach (string topic in topics)
            {
                broker.CreateTopic(topic);
            }

            return broker;
        }
        catch (Exception failure)
        {
            // Nobody else could end it.
            admin.Dispose();
            host.Dispose();
            throw failure is KafkaException ? new SessionizeException($"The embedded broker does not answer: {failure.Message}.", failure) : failure;
        }
    }

    /// <summary>Makes a topic, unless it is there.</summary>
    /// <param name="topic">Its name.</param>
    /// <exception cref="ArgumentException">That is no name of a topic.</exception>
    public void CreateTopic(string topic)
    {
        if (!KnownTopic.IsName(topic))
        {
            throw new ArgumentException($"'{topic}' is no name of a topic: give 1 to 249 ASCII letters, digits, '.', '_' and '-'.", nameof(topic));
        }

        // Who asks for a topic gets it made.
        _admin.GetMetadata(topic, s_patience);
    }

    /// <summary>Ends the brokers; what they hold is gone.</summary>
    public void Dispose()
    {
        _admin.Dispose();
        _host.Dispose();
    }
}
