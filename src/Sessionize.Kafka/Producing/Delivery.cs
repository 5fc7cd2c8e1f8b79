using Confluent.Kafka;

namespace Sessionize.Kafka.Producing;

/// <summary>Waits for the answers to some messages, which come on threads of librdkafka.</summary>
internal sealed class Delivery
{
    private readonly TaskCompletionSource<Error?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing;
    private long _last = -1;
    private Error? _first;

    /// <param name="messages">How many messages are sent.</param>
    public Delivery(int messages)
    {
        _missing = messages;
        if (messages == 0)
        {
            _outcome.SetResult(null);
        }
    }

    /// <summary>The first error, or <see langword="null"/>.</summary>
    public Task<Error?> Outcome => _outcome.Task;

    /// <summary>The highest offset of a message; of use where all go to one partition.</summary>
    public long LastOffset => Interlocked.Read(ref _last);

    public void Add(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError)
        {
            Interlocked.CompareExchange(ref _first, report.Error, null);
        }
        else
        {
            // Reports of one partition come in its order.
            Interlocked.Exchange(ref _last, report.Offset.Value);
        }

        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _outcome.SetResult(_first);
        }
    }
}
