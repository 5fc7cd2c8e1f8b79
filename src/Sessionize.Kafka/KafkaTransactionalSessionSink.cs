using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Kafka.Cluster;
using Sessionize.Kafka.Committing;
using Sessionize.Kafka.Diagnostics;
using Sessionize.Kafka.Producing;

namespace Sessionize.Kafka;

/// <summary>Commits sessions to a topic in transactions of Kafka, exactly once: who reads with <c>isolation.level=read_committed</c> sees each session once.</summary>
/// <remarks>
/// <para>The key of a message is the session's id, the value its row as one JSON object, as in NDJSON files. A retracted session is a message without a value, by
/// which a compacted topic deletes it.</para>
/// <para>A commit is one transaction: its sessions, and in the topic <c>&lt;topic&gt;-commits</c> the record of each lane, with positions and state version. A start goes on from
/// there. That topic is created while there are no sessions; it must be kept as long as the sessions are. Processes of a pipeline take turns to commit.</para>
/// <para>Needs brokers with transactions, so not the embedded one, and the rights to write and read both topics, to describe the settings of the second one, and to write on
/// transactional ids that begin with <c>sessionize-</c>. What is committed at once waits in memory, and has to be sent within <c>transaction.timeout.ms</c>.</para>
/// <para>An instance takes one pipeline. In batch a run is one commit. Not thread-safe.</para>
/// </remarks>
public sealed class KafkaTransactionalSessionSink : ISessionSink, IMeasuredSink
{
    // The record is read as the brokers decided it, and a transaction is a transaction only with these.
    private static readonly string[] s_owned = ["acks", "enable.idempotence", "isolation.level", "request.required.acks"];

    private readonly KafkaOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ProducerConnection _connection;
    private readonly SessionMessages _messages = new();
    private readonly List<Message<byte[], byte[]>> _staged = [];
    private SessionCommits? _commits;
    private long _committedBytes;

    /// <summary>Prepares the sending; nothing is connected to before <see cref="OpenAsync"/>.</summary>
    /// <param name="options">Which topic; copied.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="logger">Takes what goes wrong on the way; none by default.</param>
    /// <exception cref="ArgumentException">The options have a mistake.</exception>
    public KafkaTransactionalSessionSink(KafkaTopicOptions options, TimeProvider? timeProvider = null, ILogger? logger = null)
        : this(options, null, timeProvider, logger)
    {
    }

    /// <summary>With something between the sink and its producers.</summary>
    internal KafkaTransactionalSessionSink(
        KafkaTopicOptions options, Func<IProducer<byte[], byte[]>, IProducer<byte[], byte[]>>? wrap, TimeProvider? timeProvider = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _clock, _logger) = (options.ToProbe(), timeProvider ?? TimeProvider.System, logger ?? NullLogger.Instance);
        _connection = new ProducerConnection(_options, new ClientErrors($"The producer for {options.Topic}", _clock, _logger), _clock, _logger, wrap);
        if (FindMistakes(_options).ToArray() is { Length: > 0 } mistakes)
        {
            throw new ArgumentException(string.Join(' ', mistakes), nameof(options));
        }
    }

    /// <inheritdoc/>
    long IMeasuredSink.CommittedBytes => Volatile.Read(ref _committedBytes);

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">
    /// No broker answers, or these know no transactions; a topic is missing, was made anew or cannot be used; a record is damaged; a right is missing.
    /// </exception>
    public async ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(opening);
        _commits ??= await SessionCommits.OpenAsync(_options, opening.Pipeline, _connection, _clock, _logger, cancellationToken).ConfigureAwait(false);
        return opening.Lanes.Count == 0 ? [] : await _commits.ReadAsync(opening.Pipeline, opening.Lanes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        _staged.AddRange(changes.Select(_messages.Of));
        return default;
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The outcome is unknown.</exception>
    /// <exception cref="InvalidOperationException">The sink was not opened.</exception>
    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        SinkCommitOutcome outcome = await Commits.CommitAsync(commit, _staged, cancellationToken).ConfigureAwait(false);
        if (outcome == SinkCommitOutcome.Committed)
        {
            Settle();
        }

        return outcome;
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">The brokers do not answer, or have no longer the records that would tell. A restart goes on from the last commit.</exception>
    /// <exception cref="InvalidOperationException">The sink was not opened.</exception>
    public async ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        bool has = await Commits.HasCommittedAsync(commit, cancellationToken).ConfigureAwait(false);
        if (has)
        {
            Settle();
        }

        return has;
    }

    /// <inheritdoc/>
    public ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        _staged.Clear();
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _commits?.Dispose();
        _messages.Dispose();
        return default;
    }

    private SessionCommits Commits => _commits ?? throw new InvalidOperationException("The sink was not opened: call OpenAsync first.");

    private static IEnumerable<string> FindMistakes(KafkaOptions options)
    {
        foreach (string mistake in KafkaOptionsCheck.FindMistakes(options))
        {
            yield return mistake;
        }

        if (options.Topic is { } topic && KnownTopic.IsName(topic) && !KnownTopic.IsName(CommitTopic.NameOf(topic)))
        {
            yield return $"Kafka has the topic '{topic}': its name is so long that there is no '{CommitTopic.NameOf(topic)}', which is needed beside it.";
        }

        foreach (string name in s_owned.Where(options.Properties.ContainsKey))
        {
            yield return $"Kafka:Properties:{name} cannot be set: leave it out, sessions are committed in transactions.";
        }
    }

    private void Settle()
    {
        Volatile.Write(ref _committedBytes, _committedBytes + _staged.Sum(message => (long)message.Key.Length + (message.Value?.Length ?? 0)));
        _staged.Clear();
    }
}
