using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Kafka.Producing;

namespace Sessionize.Kafka;

/// <summary>Sends dead letters to a topic: the value is the record's raw bytes, so that it can be sent again as it was; what is known of it stands in headers.</summary>
/// <remarks>
/// <para>The headers, all text: <c>sessionize.reason</c>; <c>sessionize.source</c>, the partition or file; <c>sessionize.position</c>, the offset or
/// line; <c>sessionize.byte_offset</c>, in files only; <c>sessionize.raw_truncated</c>, <c>true</c> or <c>false</c>. The key is source and position, with a colon between.</para>
/// <para>At least once; source, position and reason identify a letter. Connects with the first one.</para>
/// </remarks>
public sealed class KafkaDeadLetterSink : IDeadLetterSink
{
    private readonly TopicProducer _producer;
    private readonly List<Message<byte[], byte[]>> _waiting = [];

    /// <summary>Prepares the sending; nothing is connected to yet.</summary>
    /// <param name="options">Which topic; copied.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="logger">Takes what goes wrong on the way; none by default.</param>
    /// <exception cref="ArgumentException">The options have a mistake.</exception>
    public KafkaDeadLetterSink(KafkaTopicOptions options, TimeProvider? timeProvider = null, ILogger? logger = null) =>
        _producer = new TopicProducer(options, timeProvider ?? TimeProvider.System, logger ?? NullLogger.Instance);

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letters);
        _waiting.AddRange(letters.Select(MessageOf));
        return default;
    }

    /// <inheritdoc/>
    /// <exception cref="SessionizeException">A letter could not be sent; the next call sends all of them again.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count > 0)
        {
            await _producer.SendAsync(_waiting, cancellationToken).ConfigureAwait(false);
            _waiting.Clear();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        return default;
    }

    private static Message<byte[], byte[]> MessageOf(DeadLetter letter)
    {
        string position = letter.Position.ToString(CultureInfo.InvariantCulture);
        Headers headers = new()
        {
            Header("reason", letter.Reason),
            Header("source", letter.Source),
            Header("position", position),
            Header("raw_truncated", letter.RawTruncated ? "true" : "false"),
        };
        if (letter.ByteOffset is { } offset)
        {
            headers.Add(Header("byte_offset", offset.ToString(CultureInfo.InvariantCulture)));
        }

        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes($"{letter.Source}:{position}"), Value = letter.Raw.ToArray(), Headers = headers };
    }

    private static Header Header(string name, string value) => new($"sessionize.{name}", Encoding.UTF8.GetBytes(value));
}
