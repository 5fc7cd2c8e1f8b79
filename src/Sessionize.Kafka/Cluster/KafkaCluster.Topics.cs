using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Cluster;

// What has to do with single topics.
internal sealed partial class KafkaCluster
{
    /// <summary>Creates a topic, with the brokers' default for replicas. One that is there already stays as it is.</summary>
    /// <exception cref="SessionizeException">The brokers refuse.</exception>
    /// <exception cref="KafkaException">They do not answer in time.</exception>
    public async Task CreateAsync(string name, int partitions, Dictionary<string, string> settings)
    {
        try
        {
            await _admin.Use(client => client.CreateTopicsAsync(
                [new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = -1, Configs = settings }],
                new CreateTopicsOptions { RequestTimeout = s_request, OperationTimeout = s_request })).ConfigureAwait(false);
            Log.TopicCreated(_logger, name, partitions);
        }
        catch (CreateTopicsException failure) when (failure.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
        {
            // Another process was faster, or the brokers are still making it.
        }
        catch (CreateTopicsException failure) when (failure.Results[0].Error.IsError)
        {
            throw KafkaFailure.Of($"creating the topic '{name}'", new KafkaException(failure.Results[0].Error, failure));
        }
    }

    /// <summary>Asks for a setting of a topic.</summary>
    /// <exception cref="SessionizeException">The brokers do not answer for a minute, or refuse.</exception>
    public Task<string?> SettingOfAsync(string topic, string setting, CancellationToken cancellationToken) => RepeatAsync(
        $"asking for the settings of the topic '{topic}', for which the right to DescribeConfigs is needed",
        async () =>
        {
            try
            {
                List<DescribeConfigsResult> results = await AskAsync(
                    client => client.DescribeConfigsAsync(
                        [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions { RequestTimeout = s_request }),
                    s_request).ConfigureAwait(false);
                return results[0].Entries.GetValueOrDefault(setting)?.Value;
            }
            catch (DescribeConfigsException refused)
            {
                throw new KafkaException(refused.Results[0].Error, refused);
            }
        },
        cancellationToken);
}
