using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Consuming;

/// <summary>Whether what was committed can be gone on from: the same topics, and the records that come next are there.</summary>
internal sealed class PositionCheck(KafkaCluster cluster, KafkaOptions options, string groupId, ILogger logger)
{
    private const string Remedies =
        "Set Kafka:OnDataLoss to Continue (--on-data-loss continue) to go on with the first record that is there, or give the pipeline another name for a fresh start.";

    // What was said once for all lanes.
    private readonly HashSet<(string Topic, int Recorded)> _grown = [];
    private long _lost;

    /// <summary>How many records were missing and accepted as lost, as far as their number is known.</summary>
    public long LostRecords => Interlocked.Read(ref _lost);

    /// <summary>Checks positions.</summary>
    /// <param name="recorded">The positions, by the partitions' names of then.</param>
    /// <param name="known">The topics that are read.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The positions to go on from, by the partitions' present names.</returns>
    /// <exception cref="SessionizeException">Records are missing, and nobody accepted that; or the brokers do not answer.</exception>
    public async Task<IReadOnlyList<PartitionPosition>> CheckAsync(
        IReadOnlyList<PartitionPosition> recorded, IReadOnlyDictionary<string, KnownTopic> known, CancellationToken cancellationToken)
    {
        List<(PartitionPosition Position, PartitionName Name, KnownTopic Topic)> found = [];
        foreach (PartitionPosition position in recorded)
        {
            if (!PartitionName.TryParse(position.Partition, out PartitionName name))
            {
                throw new SessionizeException(
                    $"The pipeline has committed a position of '{position.Partition}', which is no partition of Kafka: another source wrote it. Give the pipeline another name.");
            }

            if (!known.TryGetValue(name.Topic, out KnownTopic? topic))
            {
                throw new SessionizeException(
                    $"The pipeline has committed a position of the topic '{name.Topic}', which it does not read any more: read that one again, or give the pipeline another name.");
            }

            found.Add((position, name, topic));
        }

        CheckLanes(found.Select(one => (one.Name, one.Position.PartitionCount)));
        IReadOnlyDictionary<TopicPartition, long> firsts = await ListAsync(found, OffsetSpec.Earliest(), cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> ends = await ListAsync(found, OffsetSpec.Latest(), cancellationToken).ConfigureAwait(false);
        return [.. found.Select(one => Check(one.Position, one.Name, one.Topic, firsts, ends))];
    }

    /// <summary>A lane is a partition or all of them; state of the one is of no use to the other.</summary>
    private void CheckLanes(IEnumerable<(PartitionName Name, int Count)> recorded)
    {
        foreach (IGrouping<string, (PartitionName Name, int Count)> topic in recorded.GroupBy(one => one.Name.Topic, StringComparer.Ordinal))
        {
            bool wereLanesPartitions = topic.Count() < topic.Max(one => one.Count);
            if (options.UsersSpanPartitions ? wereLanesPartitions : topic.Count() > 1)
            {
                throw new SessionizeException(
                    $"The pipeline was run with Kafka:UsersSpanPartitions {!options.UsersSpanPartitions}, and what it kept is cut in other lanes: set it so again, or give the pipeline another name for a fresh start.");
            }
        }
    }

    private PartitionPosition Check(
        PartitionPosition recorded,
        PartitionName name,
        KnownTopic topic,
        IReadOnlyDictionary<TopicPartition, long> firsts,
        IReadOnlyDictionary<TopicPartition, long> ends)
    {
        if (topic.Partitions < recorded.PartitionCount || name.Number >= topic.Partitions)
        {
            throw new SessionizeException(
                $"The topic '{name.Topic}' has {topic.Partitions} partitions, and had {Math.Max(recorded.PartitionCount, name.Number + 1)} when the pipeline committed: it was made anew, "
                + "so the lanes of the others have no partition. Give the pipeline another name for a fresh start.");
        }

        if (topic.Partitions > recorded.PartitionCount && _grown.Add((topic.Name, recorded.PartitionCount)))
        {
            Log.PartitionsAdded(logger, groupId, topic.Name, topic.Partitions, recorded.PartitionCount);
        }

        PartitionName present = name with { TopicId = topic.Id };
        TopicPartition place = new(name.Topic, name.Number);
        (long first, long end) = (firsts[place], ends[place]);
        bool isOther = name.TopicId != topic.Id && name.TopicId != KnownTopic.NoId && topic.Id != KnownTopic.NoId;
        if (isOther)
        {
            Lose(
                $"the topic '{name.Topic}' was deleted and made anew: the records of its partition {name.Number} from offset {recorded.Next} on are gone with the old one, whose id was {name.TopicId}",
                0);
        }
        else if (recorded.Next < first)
        {
            Lose(
                $"the records {recorded.Next} to {first - 1} of {place.Topic}, partition {name.Number}, are no longer there: the topic's retention, or somebody, deleted {first - recorded.Next} of them before they were read",
                first - recorded.Next);
        }
        else if (recorded.Next > end)
        {
            Lose(
                $"partition {name.Number} of {place.Topic} ends at {end}, before the committed position {recorded.Next}: brokers lost {recorded.Next - end} records that were read already, or the topic was made anew",
                0);
        }

        long next = isOther ? first : Math.Clamp(recorded.Next, first, end);
        return recorded with { Partition = present.ToString(), PartitionCount = topic.Partitions, Next = next, ReplayFrom = isOther ? next : recorded.ReplayFrom };
    }

    private void Lose(string loss, long records)
    {
        if (options.OnDataLoss == KafkaDataLoss.Stop)
        {
            throw new SessionizeException($"{char.ToUpperInvariant(loss[0])}{loss[1..]}. {Remedies}");
        }

        Interlocked.Add(ref _lost, records);
        Log.DataLost(logger, groupId, loss);
    }

    private Task<IReadOnlyDictionary<TopicPartition, long>> ListAsync(
        List<(PartitionPosition Position, PartitionName Name, KnownTopic Topic)> partitions, OffsetSpec offset, CancellationToken cancellationToken) =>
        cluster.ListOffsetsAsync(
            [.. partitions.Where(one => one.Name.Number < one.Topic.Partitions)
                .Select(one => new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(one.Name.Topic, one.Name.Number), OffsetSpec = offset })],
            IsolationLevel.ReadUncommitted,
            cancellationToken);
}
