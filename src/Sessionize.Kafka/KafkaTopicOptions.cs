namespace Sessionize.Kafka;

/// <summary>The topic that sessions or dead letters are sent to.</summary>
/// <remarks>Copied when the sink is made; changes afterwards have no effect. Not thread-safe.</remarks>
public sealed class KafkaTopicOptions
{
    /// <summary>The brokers to connect to first, as <c>host:port</c>, separated by commas.</summary>
    /// <value><c>localhost:9092</c> by default.</value>
    public string BootstrapServers { get; set; } = "localhost:9092";

    /// <summary>The topic.</summary>
    /// <value>None by default; has to be set.</value>
    public string Topic { get; set; } = "";

    /// <summary>How long the first use waits for an answer of the brokers before it fails.</summary>
    /// <value>30 seconds by default.</value>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Creates the topic if it is missing, with this number of partitions and the brokers' default for replicas.</summary>
    /// <value><see langword="null"/> by default: a missing topic is an error.</value>
    public int? CreateTopicWithPartitions { get; set; }

    /// <summary>Any setting of librdkafka by its name; merged with ours, and wins over them, but for <c>acks</c> and <c>enable.idempotence</c>,
    /// which have no effect, and are refused where sessions are committed in transactions.</summary>
    /// <value>None by default.</value>
    public IDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The options by which the brokers are asked for the topic.</summary>
    internal KafkaOptions ToProbe() => new()
    {
        BootstrapServers = BootstrapServers,
        Topic = Topic,
        StartTimeout = StartTimeout,
        CreateTopicsWithPartitions = CreateTopicWithPartitions,
        Properties = new Dictionary<string, string>(Properties, StringComparer.Ordinal),
    };
}
