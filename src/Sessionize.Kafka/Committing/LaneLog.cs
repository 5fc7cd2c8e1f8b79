using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;
using Sessionize.State;

namespace Sessionize.Kafka.Committing;

/// <summary>The last commit of each lane, from the partition that has them, and kept up to date. Of transactions only those that were committed.</summary>
/// <remarks>Calls come one after the other.</remarks>
internal sealed class LaneLog : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly KafkaOptions _options;
    private readonly string _topic;
    private readonly TimeProvider _clock;
    private readonly ClientErrors _errors;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly Dictionary<string, LaneHistory> _lanes = new(StringComparer.Ordinal);
    private long _reached;
    private Task _call = Task.CompletedTask;

    /// <param name="options">The brokers.</param>
    /// <param name="topic">The topic of commits.</param>
    /// <param name="begin">The first offset of its partition; asked by librdkafka itself, it would take half a second.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The logger.</param>
    public LaneLog(KafkaOptions options, string topic, long begin, TimeProvider clock, ILogger logger)
    {
        (_options, _topic, _clock) = (options, topic, clock);
        _errors = new ClientErrors($"The reader of {topic}", clock, logger);
        _consumer = PartitionReader.Open(options, IsolationLevel.ReadCommitted, _errors);
        _consumer.Assign(new TopicPartitionOffset(topic, CommitTopic.Lanes, begin));
    }

    /// <summary>What was committed for a lane.</summary>
    /// <param name="key">The key of its records.</param>
    public LaneHistory? Find(string key) => _lanes.GetValueOrDefault(key);

    /// <summary>Reads on, to a position before which nothing is undecided.</summary>
    /// <exception cref="SessionizeException">A record is damaged, or the brokers do not answer for a minute.</exception>
    public async Task ReadToAsync(long end, CancellationToken cancellationToken)
    {
        long heardAt = _clock.GetTimestamp();
        while (_reached < end && !HasPassed(end))
        {
            if (await NextAsync(cancellationToken).ConfigureAwait(false) is not { } next)
            {
                if (_clock.GetElapsedTime(heardAt) > s_patience)
                {
                    throw KafkaFailure.Unavailable(_options.BootstrapServers, _clock.GetElapsedTime(heardAt), _errors.Last, null);
                }

                continue;
            }

            heardAt = _clock.GetTimestamp();
            if (next.IsPartitionEOF)
            {
                _reached = Math.Max(_reached, next.Offset.Value);
            }
            else
            {
                Take(next);
                _reached = next.Offset.Value + 1;
            }
        }
    }

    public void Dispose()
    {
        // A call that was given up is still inside librdkafka.
        if (_call.IsCompleted)
        {
            _consumer.Dispose();
        }
        else
        {
            _call.ContinueWith(_ => _consumer.Dispose(), TaskScheduler.Default);
        }
    }

    /// <summary>Whether what is left before a position are only the marks of transactions, of which no message tells.</summary>
    private bool HasPassed(long end) => _consumer.Position(new TopicPartition(_topic, CommitTopic.Lanes)).Value >= end;

    private async Task<ConsumeResult<byte[]?, byte[]?>?> NextAsync(CancellationToken cancellationToken)
    {
        if (PartitionReader.Consume(_consumer, _topic, TimeSpan.Zero) is { } waiting)
        {
            return waiting;
        }

        Task<ConsumeResult<byte[]?, byte[]?>?> call = Task.Run(() => PartitionReader.Consume(_consumer, _topic, s_pause), CancellationToken.None);
        _call = call;
        ConsumeResult<byte[]?, byte[]?>? next = await call.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return next;
    }

    private void Take(ConsumeResult<byte[]?, byte[]?> record)
    {
        string key = record.Message.Key is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        if (record.Message.Value is not { } value)
        {
            // Nobody but an operator writes that: the lane is to begin anew.
            _lanes.Remove(key);
            return;
        }

        SinkCommit commit;
        try
        {
            commit = CommitRecordFile.Read(value).Commit;
            if (!CommitMessages.KeysOf(commit).SequenceEqual([key]))
            {
                throw new InvalidDataException("its key is not that of its lane");
            }
        }
        catch (Exception damaged) when (damaged is InvalidDataException or FormatException or KeyNotFoundException or System.Text.Json.JsonException or InvalidOperationException)
        {
            throw new SessionizeException(
                $"The record '{key}' at offset {record.Offset.Value} of the topic '{_topic}', partition {CommitTopic.Lanes}, cannot be read: {damaged.Message}. "
                + "It says how far the sessions go. Bring the topic back from a copy, or give the pipeline another name for a fresh start, which sends all sessions again.",
                damaged);
        }

        string? topicId = CommitMessages.TopicIdOf(record.Message);
        if (_lanes.TryGetValue(key, out LaneHistory? history))
        {
            history.Add(commit, topicId);
        }
        else
        {
            _lanes.Add(key, LaneHistory.Begin(commit, topicId));
        }
    }
}
