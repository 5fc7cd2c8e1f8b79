using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Kafka.Producing;
using Sessionize.Sinks;

namespace Sessionize.Kafka;

/// <summary>Sends sessions to a topic: the key is the session's id, the value its row as one JSON object, as in NDJSON files.</summary>
/// <remarks>
/// <para>A retracted session is a message without a value, by which a compacted topic deletes it.</para>
/// <para>At least once: after a crash some sessions come again, with the same key and content. Whoever reads the topic keeps the last value of each
/// key, as compaction does. See <see cref="UpsertSessionSink"/> for what a process that lost its lane can still send.</para>
/// <para>Connects with the first session.</para>
/// </remarks>
public sealed class KafkaSessionSink : UpsertSessionSink
{
    private readonly TopicProducer _producer;
    private readonly SessionMessages _messages = new();

    /// <summary>Prepares the sending; nothing is connected to yet.</summary>
    /// <param name="options">Which topic; copied.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="logger">Takes what goes wrong on the way; none by default.</param>
    /// <exception cref="ArgumentException">The options have a mistake.</exception>
    public KafkaSessionSink(KafkaTopicOptions options, TimeProvider? timeProvider = null, ILogger? logger = null) =>
        _producer = new TopicProducer(options, timeProvider ?? TimeProvider.System, logger ?? NullLogger.Instance);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _producer.Dispose();
        _messages.Dispose();
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">A session could not be sent.</exception>
    protected override async ValueTask UpsertAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        await _producer.SendAsync([.. changes.Select(_messages.Of)], cancellationToken).ConfigureAwait(false);
    }
}
