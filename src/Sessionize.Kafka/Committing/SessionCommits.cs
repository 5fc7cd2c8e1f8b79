using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Producing;

namespace Sessionize.Kafka.Committing;

/// <summary>Commits sessions and the records of their lanes in one transaction of Kafka, if the lanes stand where the commit starts.</summary>
/// <remarks>
/// A transaction compares nothing, so commits take turns: each queues up by a message of its own, and compares when all before it are decided. Who is
/// ended from outside meanwhile cannot commit any more. Why that is enough stands in <c>docs/design/0015-sessions-in-transactions.md</c>. Calls come one after the other.
/// </remarks>
internal sealed class SessionCommits : IDisposable
{
    private static readonly TimeSpan s_abort = TimeSpan.FromSeconds(5);

    private readonly KnownTopic _sessions;
    private readonly string _commits;
    private readonly string _transactionalId;
    private readonly KafkaCluster _cluster;
    private readonly ProducerConnection _connection;
    private readonly OpenTransactions _open;
    private readonly LaneLog _log;
    private readonly TimeProvider _clock;
    private TransactionalProducer? _producer;

    private SessionCommits(
        KafkaOptions options, KnownTopic sessions, string pipeline, KafkaCluster cluster, ProducerConnection connection, long begin, TimeProvider clock, ILogger logger)
    {
        (_sessions, _cluster, _connection, _clock) = (sessions, cluster, connection, clock);
        _commits = CommitTopic.NameOf(sessions.Name);
        _transactionalId = $"sessionize-{pipeline}-{Guid.NewGuid():N}";
        _open = new OpenTransactions(cluster, options, _commits, EndAsync, clock, logger);
        _log = new LaneLog(options, _commits, begin, clock, logger);
    }

    /// <summary>Connects.</summary>
    /// <exception cref="SessionizeException">
    /// No broker answers, or these know no transactions; a topic is missing or cannot be used; a right is missing.
    /// </exception>
    public static async Task<SessionCommits> OpenAsync(
        KafkaOptions options, string pipeline, ProducerConnection connection, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        KafkaCluster cluster = new(options.BootstrapServers, options.Properties, clock, logger);
        try
        {
            KnownTopic sessions = (await cluster.ProbeAsync(options, cancellationToken).ConfigureAwait(false))[0];
            if (sessions.Id == KnownTopic.NoId)
            {
                throw TransactionFailure.NoTransactions();
            }

            await CommitTopic.EnsureAsync(cluster, sessions, clock, cancellationToken).ConfigureAwait(false);
            TopicPartition lanes = new(CommitTopic.NameOf(sessions.Name), CommitTopic.Lanes);
            IReadOnlyDictionary<TopicPartition, long> begin = await cluster.ListOffsetsAsync(
                [new TopicPartitionOffsetSpec { TopicPartition = lanes, OffsetSpec = OffsetSpec.Earliest() }], IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
            return new SessionCommits(options, sessions, pipeline, cluster, connection, begin[lanes], clock, logger);
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Reads the last commits of some lanes, after everything is decided that others have under way for them.</summary>
    /// <exception cref="SessionizeException">The sessions of a lane are in a topic that is gone.</exception>
    public async Task<IReadOnlyList<LaneCommit>> ReadAsync(string pipeline, IReadOnlyList<LaneId> lanes, CancellationToken cancellationToken)
    {
        await SettleAsync(pipeline, lanes, cancellationToken).ConfigureAwait(false);
        List<LaneCommit> found = [];
        foreach (LaneHistory history in lanes.Select(lane => _log.Find(CommitMessages.KeyOf(pipeline, lane))).OfType<LaneHistory>())
        {
            if (history.TopicId != _sessions.Id)
            {
                throw new SessionizeException(
                    $"The topic '{_sessions.Name}' was made anew (its id is {_sessions.Id}, and was {history.TopicId}): the sessions that '{pipeline}' committed are gone, and it would go on "
                    + $"behind them. Bring the topic back; or delete '{_commits}', too, or give the pipeline another name, for a fresh start that sends all sessions again.");
            }

            found.Add(history.Entry!);
        }

        return found;
    }

    /// <summary>Whether a commit was made. Afterwards one that was not will never be.</summary>
    /// <exception cref="SessionizeException">The records that would tell are gone.</exception>
    public async Task<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        await SettleAsync(commit.Pipeline, [.. commit.Lanes.Select(lane => lane.Lane)], cancellationToken).ConfigureAwait(false);
        return Has(commit) ?? throw new SessionizeException(
            $"Whether the commit {commit.Id} of '{commit.Pipeline}' succeeded can no longer be told: the records of that time are gone from '{_commits}'. "
            + "Restart the process: it goes on from the last commit.");
    }

    /// <summary>Commits.</summary>
    /// <exception cref="SessionizeException">The outcome is not known.</exception>
    public async Task<SinkCommitOutcome> CommitAsync(SinkCommit commit, IReadOnlyCollection<Message<byte[], byte[]>> sessions, CancellationToken cancellationToken)
    {
        // What is known already needs no transaction, which readers would have to skip.
        await _log.ReadToAsync(await _open.StableEndAsync(CommitTopic.Lanes, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (Judge(commit) is not null)
        {
            // Unless what is missing is the commit before, which was made and is not seen yet.
            await ReadDecidedAsync(cancellationToken).ConfigureAwait(false);
            if (Judge(commit) is { } known)
            {
                return known;
            }
        }

        TransactionalProducer producer = _producer ??= await OpenProducerAsync(_transactionalId, cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunAsync(producer, commit, sessions, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await GiveUpAsync(producer).ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose()
    {
        _producer?.Dispose();
        _log.Dispose();
        _cluster.Dispose();
    }

    private async Task<SinkCommitOutcome> RunAsync(
        TransactionalProducer producer, SinkCommit commit, IReadOnlyCollection<Message<byte[], byte[]>> sessions, CancellationToken cancellationToken)
    {
        await producer.BeginAsync(cancellationToken).ConfigureAwait(false);
        await SendAsync(producer, [CommitMessages.Begun(commit, producer.Id)], CommitTopic.Begun, cancellationToken).ConfigureAwait(false);
        await SendAsync(producer, new TopicPartition(_sessions.Name, Partition.Any), sessions, cancellationToken).ConfigureAwait(false);

        // Sessions are sent while others send theirs; from here on it is one commit after the other.
        long place = await SendAsync(producer, [CommitMessages.Turn(commit, producer.Id)], CommitTopic.Turns, cancellationToken).ConfigureAwait(false);
        await _open.WaitAsync(CommitTopic.Turns, place, cancellationToken).ConfigureAwait(false);

        // Those before are decided, but their records may not be seen yet.
        await ReadDecidedAsync(cancellationToken).ConfigureAwait(false);
        if (Judge(commit) is { } outcome)
        {
            await producer.AbortAsync(s_abort, cancellationToken).ConfigureAwait(false);
            return outcome;
        }

        Message<byte[], byte[]>[] records = [.. CommitMessages.Records(commit, producer.Id, _sessions.Id, key => _log.Find(key)?.Newest.Id)];
        await SendAsync(producer, records, CommitTopic.Lanes, cancellationToken).ConfigureAwait(false);
        await producer.CommitAsync(cancellationToken).ConfigureAwait(false);
        return SinkCommitOutcome.Committed;
    }

    private Task<long> SendAsync(
        TransactionalProducer producer, IReadOnlyCollection<Message<byte[], byte[]>> messages, int partition, CancellationToken cancellationToken) =>
        SendAsync(producer, new TopicPartition(_commits, partition), messages, cancellationToken);

    private static async Task<long> SendAsync(
        TransactionalProducer producer, TopicPartition to, IReadOnlyCollection<Message<byte[], byte[]>> messages, CancellationToken cancellationToken)
    {
        Delivery delivery = new(messages.Count);
        foreach (Message<byte[], byte[]> message in messages)
        {
            await producer.SendAsync(to, message, delivery.Add, cancellationToken).ConfigureAwait(false);
        }

        return await producer.DeliveredAsync(delivery, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is to be said of a commit without making it; <see langword="null"/>: it may be made.</summary>
    private SinkCommitOutcome? Judge(SinkCommit commit) =>
        CommitMessages.KeysOf(commit).Any(key => _log.Find(key)?.Has(commit.Id, null) == true) ? SinkCommitOutcome.Committed
        : commit.Lanes.Any(lane => Recorded(commit, lane)?.Entry?.To != lane.From) ? SinkCommitOutcome.Refused
        : null;

    /// <summary>Whether a commit was made, by what any of its lanes tells.</summary>
    private bool? Has(SinkCommit commit)
    {
        if (commit.Lanes.Count == 0)
        {
            return _log.Find(CommitMessages.RunKeyOf(commit.Pipeline))?.Has(commit.Id, null) == true;
        }

        bool?[] answers = [.. commit.Lanes.Select(lane => Recorded(commit, lane) is { } history ? history.Has(commit.Id, lane.From) : false)];
        return answers.Contains(true) ? true : answers.Contains(false) ? false : null;
    }

    private LaneHistory? Recorded(SinkCommit commit, LaneCommit lane) => _log.Find(CommitMessages.KeyOf(commit.Pipeline, lane.Lane));

    /// <summary>Ends what is under way for some lanes, and reads what was committed.</summary>
    private async Task SettleAsync(string pipeline, IReadOnlyCollection<LaneId> lanes, CancellationToken cancellationToken)
    {
        await _open.EndBegunAsync(pipeline, lanes, cancellationToken).ConfigureAwait(false);
        await ReadDecidedAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads all records that are there, after those are decided that are not yet.</summary>
    private async Task ReadDecidedAsync(CancellationToken cancellationToken)
    {
        long end = await _open.EndAsync(CommitTopic.Lanes, cancellationToken).ConfigureAwait(false);
        await _log.ReadToAsync(await _open.WaitAsync(CommitTopic.Lanes, end, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends what a transactional id has under way: it is committed then, or never will be.</summary>
    private async Task EndAsync(string transactionalId, CancellationToken cancellationToken)
    {
        if (transactionalId != _transactionalId)
        {
            (await OpenProducerAsync(transactionalId, cancellationToken).ConfigureAwait(false)).Dispose();
        }
        else
        {
            // With a producer there is nothing under way that its last call did not wait for.
            _producer ??= await OpenProducerAsync(_transactionalId, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<TransactionalProducer> OpenProducerAsync(string id, CancellationToken cancellationToken) =>
        TransactionalProducer.OpenAsync(_connection, id, _clock, failure => TransactionFailure.Of(_sessions.Name, failure), cancellationToken);

    /// <summary>Ends a transaction that failed, so that nobody waits for it. What cannot be ended now is when its id is opened again.</summary>
    /// <remarks>The producer goes, too: messages of a next transaction may be purged with those that failed.</remarks>
    private async Task GiveUpAsync(TransactionalProducer producer)
    {
        _producer = null;
        try
        {
            await producer.AbortAsync(s_abort, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SessionizeException)
        {
            // Why the commit failed is told; that it cannot be taken back now follows from it.
        }
        finally
        {
            producer.Dispose();
        }
    }
}
