using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Sessionize.Kafka.Producing;

namespace Sessionize.Cli.DeadLetters;

/// <summary>Sends the records of dead letters to a topic, each once, whatever happens to the process.</summary>
/// <remarks>
/// A batch of records is a transaction. The journal notes it before, with the ends of the topic, and after. When a process died between the two, then the next
/// one first ends the transaction that may still be open, and after that looks into the topic, from those ends on, for one of the batch's ids.
/// </remarks>
/// <param name="journal">What was sent before.</param>
/// <param name="topic">The topic.</param>
/// <param name="userField">Where the user id stands, the steps into objects.</param>
internal sealed class LetterReplay(ReplayJournal journal, TopicTransactions topic, string[] userField)
{
    private const int MostRecords = 1000;
    private const int MostBytes = 4 * 1024 * 1024;

    private readonly HashSet<string> _seen = [];
    private readonly List<(string Id, DeadLetter Letter)> _batch = [];
    private long _sent;
    private int _batchBytes;

    /// <summary>The records that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>The records that had been sent before.</summary>
    public long SentBefore { get; private set; }

    /// <summary>The records that cannot be sent, since their bytes were not kept.</summary>
    public long Cut { get; private set; }

    /// <summary>Finds out what became of the batch during which an earlier process ended.</summary>
    /// <exception cref="SessionizeException">It was for another topic; or the brokers do not answer.</exception>
    public async Task ResolveAsync(CancellationToken cancellationToken)
    {
        if (journal.Pending is not { } pending)
        {
            return;
        }

        if (pending.Topic != topic.Topic.Name)
        {
            throw new SessionizeException(
                $"An earlier replay was ended while it sent records to the topic '{pending.Topic}', and whether they are there is not known yet: run that one again first.");
        }

        // A topic that was made anew has nothing of it.
        bool isThere = pending.TopicId == topic.Topic.Id
            && await topic.HasAnyAsync(pending.Ids.ToHashSet(StringComparer.Ordinal), pending.Ends, cancellationToken).ConfigureAwait(false);
        journal.End(isThere);
    }

    /// <summary>Sends what was not sent before.</summary>
    /// <param name="letters">The letters.</param>
    /// <param name="stop">Begins no further transaction.</param>
    /// <exception cref="SessionizeException">The letters cannot be read, or the records not be sent.</exception>
    public async Task SendAsync(IAsyncEnumerable<DeadLetter> letters, CancellationToken stop)
    {
        await foreach (DeadLetter letter in letters.WithCancellation(stop).ConfigureAwait(false))
        {
            string id = LetterId.Of(letter);
            if (!_seen.Add(id))
            {
                // The same letter, written twice.
            }
            else if (letter.RawTruncated)
            {
                Cut++;
            }
            else if (journal.HasSent(topic.Topic, id))
            {
                SentBefore++;
            }
            else
            {
                _batch.Add((id, letter));
                _batchBytes += letter.Raw.Length;
            }

            if (_batch.Count >= MostRecords || _batchBytes >= MostBytes)
            {
                await SendBatchAsync(stop).ConfigureAwait(false);
            }
        }

        await SendBatchAsync(stop).ConfigureAwait(false);
    }

    private async Task SendBatchAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (_batch.Count == 0)
        {
            return;
        }

        IReadOnlyDictionary<int, long> ends = await topic.EndsAsync(stop).ConfigureAwait(false);
        journal.Begin(new PendingReplay(topic.Topic.Name, topic.Topic.Id, ends, [.. _batch.Select(record => record.Id)]));
        await topic.SendAsync([.. _batch.Select(record => MessageOf(record.Id, record.Letter))]).ConfigureAwait(false);
        journal.End(wasSent: true);
        Interlocked.Add(ref _sent, _batch.Count);
        _batch.Clear();
        _batchBytes = 0;
    }

    private Message<byte[], byte[]> MessageOf(string id, DeadLetter letter) => new()
    {
        Key = UserOf(letter.Raw) is { } user ? Encoding.UTF8.GetBytes(user) : null!,
        Value = letter.Raw.ToArray(),
        Headers = new Headers { { TopicTransactions.IdHeader, Encoding.UTF8.GetBytes(id) } },
    };

    /// <summary>The user of a record that is an event, or nearly one, so that it comes to the other events of the user.</summary>
    private string? UserOf(ReadOnlyMemory<byte> raw)
    {
        try
        {
            using JsonDocument record = JsonDocument.Parse(raw);
            JsonElement value = record.RootElement;
            foreach (string step in userField)
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value))
                {
                    return null;
                }
            }

            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
                JsonValueKind.Number when long.TryParse(value.GetRawText(), out _) => value.GetRawText(),
                _ => null,
            };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // No JSON, or half a surrogate pair: a record that nobody has a user of.
            return null;
        }
    }
}
