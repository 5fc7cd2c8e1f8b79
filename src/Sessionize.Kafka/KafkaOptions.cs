namespace Sessionize.Kafka;

/// <summary>Which topics are read, from which brokers, and how.</summary>
/// <remarks>
/// <para>The names of the members are the keys of the section <c>Kafka</c> in the pipeline's configuration; what the code sets wins.</para>
/// <para>Copied when the source is made; changes afterwards have no effect. Not thread-safe.</para>
/// </remarks>
public sealed class KafkaOptions
{
    /// <summary>The brokers to connect to first, as <c>host:port</c>, separated by commas.</summary>
    /// <value><c>localhost:9092</c> by default.</value>
    public string BootstrapServers { get; set; } = "localhost:9092";

    /// <summary>The topic to read.</summary>
    /// <value>None by default. Give this, <see cref="Topics"/> or <see cref="TopicPattern"/>.</value>
    public string? Topic { get; set; }

    /// <summary>Several topics to read, keyed alike: partition <c>n</c> of each holds the same users. All need the same number of partitions.</summary>
    /// <value>None by default.</value>
    public IList<string> Topics { get; set; } = [];

    /// <summary>A regular expression for the names of the topics to read, matched against whole names; otherwise as <see cref="Topics"/>.</summary>
    /// <value>None by default.</value>
    public string? TopicPattern { get; set; }

    /// <summary>The consumer group whose members share the partitions.</summary>
    /// <value><see langword="null"/> by default: the pipeline's name.</value>
    public string? GroupId { get; set; }

    /// <summary>Where reading starts when the pipeline has committed no position yet.</summary>
    /// <value><see cref="KafkaStart.Earliest"/> by default.</value>
    public KafkaStart StartFrom { get; set; } = KafkaStart.Earliest;

    /// <summary>What happens when records that come next are no longer there.</summary>
    /// <value><see cref="KafkaDataLoss.Stop"/> by default.</value>
    public KafkaDataLoss OnDataLoss { get; set; }

    /// <summary>
    /// Whether events of one user lie in several partitions, as in a topic without keys. Then one process reads all of them into one lane, and others
    /// have nothing to do; partitions that are added are read after a restart.
    /// </summary>
    /// <value><see langword="false"/> by default: a user's events lie in one partition, and each partition is a lane.</value>
    public bool UsersSpanPartitions { get; set; }

    /// <summary>How long the start waits for an answer of the brokers before it fails. A refused login or certificate fails sooner.</summary>
    /// <value>30 seconds by default.</value>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Creates topics that are missing, with this number of partitions and the brokers' default for replicas.</summary>
    /// <value><see langword="null"/> by default: a missing topic is an error.</value>
    public int? CreateTopicsWithPartitions { get; set; }

    /// <summary>
    /// How many bytes of records wait between Kafka and the sessions at most, beside those in librdkafka's own queue
    /// (<c>queued.max.messages.kbytes</c>). When they are reached, no more is taken from Kafka, and the group is kept.
    /// </summary>
    /// <value>16 MiB by default.</value>
    public int BufferBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Any setting of librdkafka by its name, such as <c>security.protocol</c>; merged with ours, and wins over them. Settings that the
    /// exactly-once protocol rests on are refused by name.
    /// </summary>
    /// <value>None by default.</value>
    public IDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal bool HasSeveralTopics => TopicPattern is not null || TopicNames.Count > 1;

    internal IReadOnlyList<string> TopicNames => [.. Topics.Concat(Topic is null ? [] : [Topic]).Distinct(StringComparer.Ordinal)];

    internal KafkaOptions Copy() => new()
    {
        BootstrapServers = BootstrapServers,
        Topic = Topic,
        Topics = [.. Topics],
        TopicPattern = TopicPattern,
        GroupId = GroupId,
        StartFrom = StartFrom,
        OnDataLoss = OnDataLoss,
        UsersSpanPartitions = UsersSpanPartitions,
        StartTimeout = StartTimeout,
        CreateTopicsWithPartitions = CreateTopicsWithPartitions,
        BufferBytes = BufferBytes,
        Properties = new Dictionary<string, string>(Properties, StringComparer.Ordinal),
    };
}
