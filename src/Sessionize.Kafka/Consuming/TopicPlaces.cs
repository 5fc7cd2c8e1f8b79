using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sessionize.Kafka.Cluster;

namespace Sessionize.Kafka.Consuming;

/// <summary>Makes partitions of a source out of those that the group assigns: their names, lanes, starts and ends.</summary>
internal sealed class TopicPlaces(KafkaCluster cluster, KafkaOptions options, string groupId, TimeProvider clock)
{
    private const int MostPartitions = 1_000_000;
    private const int LooksUntilGone = 10;

    private readonly Dictionary<string, int> _firstCounts = new(StringComparer.Ordinal);
    private IReadOnlySet<string> _knownToGroup = new HashSet<string>();
    private Dictionary<string, KnownTopic> _topics = new(StringComparer.Ordinal);

    /// <summary>The topics as they were last described.</summary>
    public IReadOnlyDictionary<string, KnownTopic> Topics => _topics;

    /// <summary>All partitions of all topics.</summary>
    public IReadOnlyList<TopicPartition> All =>
        [.. _topics.Values.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(number => new TopicPartition(topic.Name, number)))];

    /// <summary>Takes the topics in that were there when the source was opened.</summary>
    public async Task OpenAsync(IReadOnlyList<KnownTopic> topics, CancellationToken cancellationToken)
    {
        SetTopics(topics);
        if (options.StartFrom != KafkaStart.Earliest)
        {
            _knownToGroup = await cluster.CommittedTopicsAsync(groupId, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the brokers about partitions that came.</summary>
    /// <exception cref="SessionizeException">The topics do not fit each other, or the brokers do not answer.</exception>
    public async Task<IReadOnlyList<OwnedPartition>> ResolveAsync(IReadOnlyList<TopicPartition> places, CancellationToken cancellationToken)
    {
        // Described anew each time: a topic may have been made anew or have got partitions, and a pattern may match new ones.
        string[] names = [.. _topics.Keys.Union(places.Select(place => place.Topic), StringComparer.Ordinal)];
        SetTopics(await DescribeAsync(names, places, cancellationToken).ConfigureAwait(false));
        IReadOnlyDictionary<TopicPartition, long> firsts = await ListAsync(places, OffsetSpec.Earliest(), cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> ends = await ListAsync(places, OffsetSpec.Latest(), cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> times = options.StartFrom.Time is { } time
            ? await ListAsync(places, OffsetSpec.ForTimestamp(time.ToUnixTimeMilliseconds()), cancellationToken).ConfigureAwait(false)
            : firsts;
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        string[] ranks = [.. _topics.Keys.Order(StringComparer.Ordinal)];
        return [.. places.Select(place =>
        {
            PartitionName name = new(place.Topic, _topics[place.Topic].Id, place.Partition.Value);
            int order = (Array.IndexOf(ranks, place.Topic) * MostPartitions) + name.Number;
            long start = StartOf(place, firsts[place], ends[place], times[place]);
            LaneId lane = new(options.UsersSpanPartitions ? 0 : name.Number);
            SourcePartition source = new(name.ToString(), lane, order, start, _topics[place.Topic].Partitions);
            return new OwnedPartition(place, source, ends[place], now);
        })];
    }

    private async Task<IReadOnlyList<KnownTopic>> DescribeAsync(
        IReadOnlyCollection<string> names, IReadOnlyList<TopicPartition> places, CancellationToken cancellationToken)
    {
        for (int look = 1; ; look++)
        {
            IReadOnlyList<KnownTopic> topics = await cluster.DescribeAsync(names, cancellationToken).ConfigureAwait(false);
            if (places.FirstOrDefault(place => !topics.Any(topic => topic.Name == place.Topic)) is not { } gone)
            {
                return topics;
            }

            if (look == LooksUntilGone)
            {
                throw KafkaFailure.TopicGone(gone.Topic);
            }

            // One that was created a moment ago is not known to every broker.
            await Task.Delay(TimeSpan.FromMilliseconds(300), clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private long StartOf(TopicPartition place, long first, long end, long atTime)
    {
        bool isNewInKnownTopic = place.Partition.Value >= _firstCounts.GetValueOrDefault(place.Topic, int.MaxValue) || _knownToGroup.Contains(place.Topic);
        if (isNewInKnownTopic || options.StartFrom == KafkaStart.Earliest)
        {
            return first;
        }

        if (options.StartFrom.GivenOffsets is { } offsets)
        {
            return offsets.TryGetValue((place.Topic, place.Partition.Value), out long given) ? Math.Clamp(given, first, end) : first;
        }

        // Behind the last record the brokers answer with a marker, not with a number.
        return options.StartFrom.Time is null || atTime < 0 ? end : atTime;
    }

    private void SetTopics(IReadOnlyList<KnownTopic> topics)
    {
        int[] counts = [.. topics.Select(topic => topic.Partitions).Distinct().Order()];
        if (counts.Length > 1 && !options.UsersSpanPartitions)
        {
            KnownTopic least = topics.First(topic => topic.Partitions == counts[0]);
            KnownTopic most = topics.First(topic => topic.Partitions == counts[^1]);
            throw new SessionizeException(
                $"The topic '{least.Name}' has {least.Partitions} partitions and '{most.Name}' has {most.Partitions}: a user's events would lie in partitions of different numbers. "
                + "Give all topics of a pipeline the same number of partitions, or read them with a pipeline each.");
        }

        _topics = topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal);
        foreach (KnownTopic topic in topics)
        {
            _firstCounts.TryAdd(topic.Name, topic.Partitions);
        }
    }

    private Task<IReadOnlyDictionary<TopicPartition, long>> ListAsync(
        IReadOnlyList<TopicPartition> places, OffsetSpec offset, CancellationToken cancellationToken) => cluster.ListOffsetsAsync(
            [.. places.Select(place => new TopicPartitionOffsetSpec { TopicPartition = place, OffsetSpec = offset })],
            ClientSettings.Isolation(options),
            cancellationToken);
}
