using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Diagnostics;

namespace Sessionize.Kafka.Committing;

/// <summary>Which transactions of a topic of commits are not decided yet, and how they come to be.</summary>
/// <remarks>
/// A partition's <em>stable end</em> (Kafka's last stable offset) is the first message of the oldest transaction in it that is not decided; without one, its end.
/// </remarks>
/// <param name="cluster">Answers where partitions end.</param>
/// <param name="options">The brokers.</param>
/// <param name="topic">The topic.</param>
/// <param name="fence">Ends what a transactional id has under way.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The logger.</param>
internal sealed class OpenTransactions(
    KafkaCluster cluster, KafkaOptions options, string topic, Func<string, CancellationToken, Task> fence, TimeProvider clock, ILogger logger)
{
    // A turn takes a few requests. Who has it for longer is dead, or lives on without it: then it begins again.
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_ending = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(50);

    private readonly ClientErrors _errors = new($"The reader of {topic}", clock, logger);

    /// <summary>Where a partition ends, undecided messages included.</summary>
    public Task<long> EndAsync(int partition, CancellationToken cancellationToken) => AskAsync(partition, IsolationLevel.ReadUncommitted, cancellationToken);

    /// <summary>The position before which nothing in a partition is undecided.</summary>
    public Task<long> StableEndAsync(int partition, CancellationToken cancellationToken) => AskAsync(partition, IsolationLevel.ReadCommitted, cancellationToken);

    /// <summary>Waits until all transactions are decided that began before a position of a partition. One that takes too long is ended.</summary>
    /// <returns>The stable end.</returns>
    /// <exception cref="SessionizeException">One cannot be ended.</exception>
    public async Task<long> WaitAsync(int partition, long position, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        long since = start;
        long before = -1;
        TimeSpan pause = TimeSpan.FromMilliseconds(2);
        while (true)
        {
            long stable = await StableEndAsync(partition, cancellationToken).ConfigureAwait(false);
            if (stable >= position)
            {
                return stable;
            }

            if (stable != before)
            {
                (before, since) = (stable, clock.GetTimestamp());
                start = since;
            }
            else if (clock.GetElapsedTime(start) > s_patience)
            {
                throw new SessionizeException(
                    $"A transaction in the topic '{topic}', partition {partition}, offset {stable}, stays open, and cannot be ended. "
                    + "Look for it with kafka-transactions.sh; the brokers end it themselves after its time-out.",
                    isTransient: true);
            }
            else if (clock.GetElapsedTime(since) > s_turn)
            {
                foreach (Message<byte[]?, byte[]?> oldest in (await ReadAsync(partition, stable, position, cancellationToken).ConfigureAwait(false)).Take(1))
                {
                    await EndTransactionAsync(oldest, cancellationToken).ConfigureAwait(false);
                }

                since = clock.GetTimestamp();
            }

            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    /// <summary>Ends what others have begun for some lanes, unless it ends by itself at once.</summary>
    public async Task EndBegunAsync(string pipeline, IReadOnlyCollection<LaneId> lanes, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            long stable = await StableEndAsync(CommitTopic.Begun, cancellationToken).ConfigureAwait(false);
            long end = await EndAsync(CommitTopic.Begun, cancellationToken).ConfigureAwait(false);
            if (stable >= end)
            {
                return;
            }

            Message<byte[]?, byte[]?>[] begun =
            [
                .. (await ReadAsync(CommitTopic.Begun, stable, end, cancellationToken).ConfigureAwait(false))
                    .Where(message => CommitMessages.IsBegunFor(message, pipeline, lanes)),
            ];
            if (begun.Length == 0)
            {
                return;
            }

            if (clock.GetElapsedTime(start) < s_ending)
            {
                // The commit may be made already, and only not be seen in every partition.
                await Task.Delay(s_longestPause, clock, cancellationToken).ConfigureAwait(false);
                continue;
            }

            foreach (Message<byte[]?, byte[]?> message in begun.DistinctBy(CommitMessages.TransactionOf))
            {
                await EndTransactionAsync(message, cancellationToken).ConfigureAwait(false);
            }

            return;
        }
    }

    private async Task EndTransactionAsync(Message<byte[]?, byte[]?> message, CancellationToken cancellationToken)
    {
        if (CommitMessages.TransactionOf(message) is { } id)
        {
            Log.TransactionEnded(logger, id, topic);
            await fence(id, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads messages, undecided and aborted ones included.</summary>
    private async Task<IReadOnlyList<Message<byte[]?, byte[]?>>> ReadAsync(int partition, long from, long end, CancellationToken cancellationToken)
    {
        using IConsumer<byte[]?, byte[]?> consumer = PartitionReader.Open(options, IsolationLevel.ReadUncommitted, _errors);
        consumer.Assign(new TopicPartitionOffset(topic, partition, from));
        List<Message<byte[]?, byte[]?>> messages = [];
        long start = clock.GetTimestamp();
        for (long reached = from; reached < end && clock.GetElapsedTime(start) < s_patience;)
        {
            ConsumeResult<byte[]?, byte[]?>? next = await Task.Run(
                () => PartitionReader.Consume(consumer, topic, TimeSpan.FromMilliseconds(100)), CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (next is null)
            {
                continue;
            }

            reached = next.IsPartitionEOF ? end : next.Offset.Value + 1;
            if (!next.IsPartitionEOF)
            {
                messages.Add(next.Message);
            }
        }

        return messages;
    }

    private async Task<long> AskAsync(int partition, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        TopicPartition asked = new(topic, partition);
        IReadOnlyDictionary<TopicPartition, long> ends = await cluster.ListOffsetsAsync(
            [new TopicPartitionOffsetSpec { TopicPartition = asked, OffsetSpec = OffsetSpec.Latest() }], isolation, cancellationToken).ConfigureAwait(false);
        return ends[asked];
    }
}
