using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sessionize.Kafka.Cluster;

namespace Sessionize.Kafka.Committing;

/// <summary>The topic beside that of the sessions which says how far they go. Each of its partitions has one purpose.</summary>
internal static class CommitTopic
{
    /// <summary>The first message of each transaction: who begins it, and for which lanes.</summary>
    public const int Begun = 0;

    /// <summary>Whose turn it is to compare and commit, in the order of the messages.</summary>
    public const int Turns = 1;

    /// <summary>The last commit of each lane.</summary>
    public const int Lanes = 2;

    public const int Partitions = 3;

    /// <summary>What the topic's name ends with, after that of the sessions.</summary>
    public const string Suffix = "-commits";

    private const string CleanupPolicy = "cleanup.policy";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // A record stays for an hour at least, so that a commit can be looked up that others have followed. Segments that end by then keep the topic small.
    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal)
    {
        [CleanupPolicy] = "compact",
        ["min.compaction.lag.ms"] = "3600000",
        ["segment.ms"] = "3600000",
        ["segment.bytes"] = "67108864",
    };

    public static string NameOf(string sessions) => sessions + Suffix;

    /// <summary>Looks for the topic, and creates it where there were no sessions yet.</summary>
    /// <exception cref="SessionizeException">It is missing although there are sessions, or cannot hold commits.</exception>
    public static async Task EnsureAsync(KafkaCluster cluster, KnownTopic sessions, TimeProvider clock, CancellationToken cancellationToken)
    {
        string name = NameOf(sessions.Name);
        KnownTopic found = await FindAsync(cluster, name, cancellationToken).ConfigureAwait(false)
            ?? await CreateAsync(cluster, sessions, name, clock, cancellationToken).ConfigureAwait(false);
        if (found.Partitions != Partitions)
        {
            throw new SessionizeException(
                $"The topic '{name}', which says how far the sessions in '{sessions.Name}' go, has {found.Partitions} partitions: it needs {Partitions}, each for a purpose of its own. "
                + "Delete it if no pipeline has committed to it, so that it is created anew.");
        }

        string? policy = await cluster.SettingOfAsync(name, CleanupPolicy, cancellationToken).ConfigureAwait(false);
        if (policy != s_settings[CleanupPolicy])
        {
            throw new SessionizeException(
                $"The topic '{name}', which says how far the sessions in '{sessions.Name}' go, has {CleanupPolicy}={policy}: after some time without commits it would be empty, "
                + $"and all sessions would come again. Set it to 'compact': kafka-configs.sh --alter --entity-type topics --entity-name {name} --add-config {CleanupPolicy}=compact");
        }
    }

    private static async Task<KnownTopic?> FindAsync(KafkaCluster cluster, string name, CancellationToken cancellationToken) =>
        (await cluster.DescribeAsync([name], cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    private static async Task<KnownTopic> CreateAsync(
        KafkaCluster cluster, KnownTopic sessions, string name, TimeProvider clock, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<TopicPartition, long> ends = await cluster.ListOffsetsAsync(
            [
                .. Enumerable.Range(0, sessions.Partitions).Select(number =>
                    new TopicPartitionOffsetSpec { TopicPartition = new(sessions.Name, number), OffsetSpec = OffsetSpec.Latest() }),
            ],
            IsolationLevel.ReadUncommitted,
            cancellationToken).ConfigureAwait(false);
        if (ends.Values.Any(end => end > 0))
        {
            // Another process may have created it and committed since it was looked for.
            return await FindAsync(cluster, name, cancellationToken).ConfigureAwait(false) ?? throw new SessionizeException(
                $"The topic '{sessions.Name}' has messages, but the topic '{name}', which says how far they go, is missing: going on would send all sessions again. "
                + "Bring it back. If no sessions were committed there in transactions so far, create it: "
                + $"kafka-topics.sh --create --topic {name} --partitions {Partitions} --config {CleanupPolicy}=compact");
        }

        long start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await cluster.CreateAsync(name, Partitions, s_settings).ConfigureAwait(false);
            }
            catch (KafkaException failure) when (KafkaFailure.IsPassing(failure.Error) && clock.GetElapsedTime(start) < s_patience)
            {
                // It is asked for again.
            }
            catch (KafkaException failure)
            {
                throw KafkaFailure.Of($"creating the topic '{name}'", failure);
            }

            // Not every broker knows it at once.
            await Task.Delay(s_pause, clock, cancellationToken).ConfigureAwait(false);
            if (await FindAsync(cluster, name, cancellationToken).ConfigureAwait(false) is { } created)
            {
                return created;
            }

            if (clock.GetElapsedTime(start) >= s_patience)
            {
                throw new SessionizeException($"The topic '{name}' was created, but the brokers do not know it yet. Try again.", isTransient: true) { AreRetriesUsedUp = true };
            }
        }
    }
}
