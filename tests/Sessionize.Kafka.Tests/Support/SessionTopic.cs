using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>A topic of sessions, and processes that commit to it.</summary>
internal sealed class SessionTopic(KafkaBroker broker, string name)
{
    public string Name => name;

    /// <summary>The topic of its commits.</summary>
    public string Commits => $"{name}-commits";

    /// <summary>One that is created by its first sink.</summary>
    public static SessionTopic New(KafkaBroker broker) => new(broker, broker.NewName("sessions"));

    public KafkaTopicOptions Options => new() { BootstrapServers = broker.Servers, Topic = name, CreateTopicWithPartitions = 2 };

    /// <summary>A process's sink.</summary>
    public KafkaTransactionalSessionSink Open(ProducerCalls? calls = null, TimeProvider? clock = null) => new(Options, calls is null ? null : calls.Wrap, clock);

    /// <summary>The messages that readers of what is committed see, or all.</summary>
    public IReadOnlyList<ConsumeResult<string?, string?>> Read(IsolationLevel isolation = IsolationLevel.ReadCommitted) =>
        TopicContent.Read(broker.Servers, name, isolation);

    /// <summary>Waits until every transaction is decided: brokers mark the partitions of a commit a moment after they have answered it.</summary>
    public async Task SettleAsync(int partitions)
    {
        CancellationToken limit = TimeLimit.Of();
        while (!(await EndsAsync(IsolationLevel.ReadCommitted)).SequenceEqual(await EndsAsync(IsolationLevel.ReadUncommitted)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit);
        }

        async Task<IEnumerable<long>> EndsAsync(IsolationLevel isolation) =>
            (await broker.RepeatAsync(() => broker.Admin.ListOffsetsAsync(
                Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new(name, partition), OffsetSpec = OffsetSpec.Latest() }),
                new ListOffsetsOptions { IsolationLevel = isolation })))
            .ResultInfos.Select(info => (Partition: info.TopicPartitionOffsetError.Partition.Value, info.TopicPartitionOffsetError.Offset.Value))
            .OrderBy(end => end.Partition)
            .Select(end => end.Value);
    }

    /// <summary>What stands there: the last value of each key.</summary>
    /// <param name="start">The first offset that counts.</param>
    public IReadOnlyList<Session> Sessions(long start = 0) =>
    [
        .. Read().Where(message => message.Offset.Value >= start).GroupBy(message => message.Message.Key).Select(key => key.Last().Message.Value).OfType<string>().Select(SessionOf),
    ];

    private static Session SessionOf(string json)
    {
        using JsonDocument row = JsonDocument.Parse(json);
        return new Session
        {
            UserId = row.RootElement.GetProperty("uuid").GetString()!,
            SessionId = row.RootElement.GetProperty("session_id").GetString()!,
            StartMs = row.RootElement.GetProperty("session_start_time_ms").GetInt64(),
            EndMs = row.RootElement.GetProperty("session_end_time_ms").GetInt64(),
            EventCount = row.RootElement.GetProperty("event_count").GetInt32(),
            PagesVisited = [],
            EndReason = "",
            VisitStartMs = 0,
        };
    }
}
