using System.Globalization;
using Confluent.Kafka;

namespace Sessionize.Kafka.Cluster;

/// <summary>The settings of librdkafka's clients: ours, then the user's, then those that nobody may change.</summary>
internal static class ClientSettings
{
    private const int DefaultMaxPollIntervalMs = 300_000;
    private const string GroupProtocolKey = "group.protocol";
    private const string MaxPollIntervalKey = "max.poll.interval.ms";

    // What the exactly-once protocol rests on, and what to do instead.
    private static readonly SortedDictionary<string, string> s_owned = new(StringComparer.Ordinal)
    {
        ["allow.auto.create.topics"] = "set Kafka:CreateTopicsWithPartitions instead",
        ["auto.offset.reset"] = "set Kafka:StartFrom and Kafka:OnDataLoss instead",
        ["bootstrap.servers"] = "set Kafka:BootstrapServers instead",
        ["dotnet.consumer.consume.result.fields"] = "leave it out",
        ["enable.auto.commit"] = "leave it out: positions are committed with the sessions, and Kafka's own offsets only follow for lag tools",
        ["enable.auto.offset.store"] = "leave it out: positions are committed with the sessions, and Kafka's own offsets only follow for lag tools",
        ["enable.partition.eof"] = "leave it out",
        ["group.id"] = "set Kafka:GroupId instead",
        ["group.instance.id"] = "leave it out: a process that was killed could not come back before its session is over",
        ["group.remote.assignor"] = "leave it out: it follows from the number of topics",
        ["metadata.broker.list"] = "set Kafka:BootstrapServers instead",
        ["partition.assignment.strategy"] = "leave it out: it follows from the number of topics",
        ["transactional.id"] = "leave it out: the sink decides commits",
    };

    // With the newer protocol the brokers have these settings, and librdkafka refuses them.
    private static readonly string[] s_classicOnly = ["group.protocol.type", "heartbeat.interval.ms", "session.timeout.ms"];

    /// <summary>Every property that may not be set.</summary>
    public static IEnumerable<string> FindMistakes(IDictionary<string, string> properties) =>
        properties.Keys.Where(s_owned.ContainsKey).Select(name => $"Kafka:Properties:{name} cannot be set: {s_owned[name]}.");

    /// <summary>Whether members are coordinated by the brokers (KIP-848), as brokers from 4.0 on can.</summary>
    public static bool WantsConsumerProtocol(KafkaOptions options) =>
        options.Properties.TryGetValue(GroupProtocolKey, out string? chosen)
            ? chosen.Equals("consumer", StringComparison.OrdinalIgnoreCase)
            : !options.HasSeveralTopics && !options.UsersSpanPartitions && !s_classicOnly.Any(options.Properties.ContainsKey);

    /// <summary>Whether the group's protocol was chosen by the user, so that it is not exchanged for another one.</summary>
    public static bool IsProtocolChosen(KafkaOptions options) => options.Properties.ContainsKey(GroupProtocolKey);

    /// <summary>How long a group waits for a member that does not poll.</summary>
    public static TimeSpan RebalanceTimeout(KafkaOptions options) => TimeSpan.FromMilliseconds(
        options.Properties.TryGetValue(MaxPollIntervalKey, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : DefaultMaxPollIntervalMs);

    public static IsolationLevel Isolation(KafkaOptions options) =>
        options.Properties.TryGetValue("isolation.level", out string? text) && text.Equals("read_uncommitted", StringComparison.OrdinalIgnoreCase)
            ? IsolationLevel.ReadUncommitted
            : IsolationLevel.ReadCommitted;

    public static Dictionary<string, string> ForAdmin(string servers, IEnumerable<KeyValuePair<string, string>> properties)
    {
        // Settings of groups mean nothing here, and are only warned of.
        Dictionary<string, string> settings = Merge([], properties);
        settings.Remove(GroupProtocolKey);
        settings["bootstrap.servers"] = servers;
        settings["allow.auto.create.topics"] = "false";
        return settings;
    }

    public static Dictionary<string, string> ForConsumer(KafkaOptions options, string groupId, bool consumerProtocol)
    {
        Dictionary<string, string> settings = Merge(
            new()
            {
                ["isolation.level"] = "read_committed",

                // The default of a second leaves a reader that is slower than the fetcher without records for most of the time.
                ["fetch.queue.backoff.ms"] = "10",

                // Enough to hide the brokers' latency; the default of 64 MiB only costs memory.
                ["queued.max.messages.kbytes"] = "8192",
            },
            options.Properties);
        settings["bootstrap.servers"] = options.BootstrapServers;
        settings["group.id"] = groupId;
        settings["enable.auto.commit"] = "true";
        settings["enable.auto.offset.store"] = "false";
        settings["auto.offset.reset"] = "error";
        settings["enable.partition.eof"] = "true";
        settings["allow.auto.create.topics"] = "false";
        settings["dotnet.consumer.consume.result.fields"] = options.HasSeveralTopics ? "timestamp,topic" : "timestamp";
        settings[GroupProtocolKey] = consumerProtocol ? "consumer" : "classic";
        if (!consumerProtocol)
        {
            settings["partition.assignment.strategy"] = options.HasSeveralTopics ? "range" : "cooperative-sticky";
        }
        else if (options.HasSeveralTopics)
        {
            settings["group.remote.assignor"] = "range";
        }

        return settings;
    }

    public static Dictionary<string, string> ForProducer(string servers, IEnumerable<KeyValuePair<string, string>> properties)
    {
        Dictionary<string, string> settings = Merge(
            new() { ["compression.type"] = "lz4", ["linger.ms"] = "5", ["partitioner"] = "murmur2_random" },
            properties);
        settings["bootstrap.servers"] = servers;
        settings["enable.idempotence"] = "true";
        settings["acks"] = "all";
        return settings;
    }

    private static Dictionary<string, string> Merge(Dictionary<string, string> ours, IEnumerable<KeyValuePair<string, string>> properties)
    {
        foreach ((string name, string value) in properties)
        {
            ours[name] = value;
        }

        return ours;
    }
}
