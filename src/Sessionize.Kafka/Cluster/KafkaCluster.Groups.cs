using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Sessionize.Kafka.Cluster;

// What has to do with consumer groups.
internal sealed partial class KafkaCluster
{
    /// <summary>Whether a group has settled and has given a member nothing; <see langword="false"/>, too, when the brokers do not tell.</summary>
    public async Task<bool> IsLeftOutAsync(string groupId, string memberId)
    {
        try
        {
            DescribeConsumerGroupsResult result = await AskAsync(
                client => client.DescribeConsumerGroupsAsync([groupId], new DescribeConsumerGroupsOptions { RequestTimeout = s_request }), s_request).ConfigureAwait(false);
            ConsumerGroupDescription group = result.ConsumerGroupDescriptions.Single();
            MemberDescription? own = group.Members.Find(member => member.ConsumerId == memberId);
            return group.State == ConsumerGroupState.Stable && own is not null
                && own.Assignment.TopicPartitions.Count == 0 && own.TargetAssignment is not { TopicPartitions.Count: > 0 };
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    /// <summary>The ids of a group's members; <see langword="null"/> when the brokers do not tell, as embedded ones, or those that keep it from this user.</summary>
    public async Task<IReadOnlyList<string>?> MembersAsync(string groupId)
    {
        if (_tellsIds == false)
        {
            return null;
        }

        try
        {
            DescribeConsumerGroupsResult result = await AskAsync(
                client => client.DescribeConsumerGroupsAsync([groupId], new DescribeConsumerGroupsOptions { RequestTimeout = s_request }), s_request).ConfigureAwait(false);
            return [.. result.ConsumerGroupDescriptions.Single().Members.Select(member => member.ConsumerId)];
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    /// <summary>The topics of a group for which it has committed an offset.</summary>
    public async Task<IReadOnlySet<string>> CommittedTopicsAsync(string groupId, CancellationToken cancellationToken) => await RepeatAsync(
        $"asking for the offsets of the group '{groupId}'",
        async () =>
        {
            List<ListConsumerGroupOffsetsResult> results = await AskAsync(
                client => client.ListConsumerGroupOffsetsAsync(
                    [new ConsumerGroupTopicPartitions(groupId, null)], new ListConsumerGroupOffsetsOptions { RequestTimeout = s_request }),
                s_request).ConfigureAwait(false);
            return results.SelectMany(result => result.Partitions).Where(partition => partition.Offset >= 0)
                .Select(partition => partition.Topic).ToHashSet(StringComparer.Ordinal);
        },
        cancellationToken).ConfigureAwait(false);

    /// <summary>Deletes a topic and a group without members.</summary>
    /// <returns>Whether both are gone.</returns>
    public async Task<bool> TryDeleteAsync(string topic, string group)
    {
        try
        {
            await _admin.Use(client => client.DeleteTopicsAsync([topic], new DeleteTopicsOptions { RequestTimeout = s_request, OperationTimeout = s_request })).ConfigureAwait(false);
            await _admin.Use(client => client.DeleteGroupsAsync([group], new DeleteGroupsOptions { RequestTimeout = s_request })).ConfigureAwait(false);
            return true;
        }
        catch (DeleteGroupsException failure) when (failure.Results.All(result => result.Error.Code is ErrorCode.NoError or ErrorCode.GroupIdNotFound))
        {
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }
}
