using Confluent.Kafka;

namespace Sessionize.Kafka.Cluster;

/// <summary>A client for questions, which is replaced when it comes to its end.</summary>
/// <remarks>
/// When Confluent's client cannot make sense of an answer, as happens while a broker hangs, it destroys itself: every call fails from then on, and disposing of it frees
/// for a second time what is gone, which ends the process with SIGSEGV or SIGABRT. So one that has destroyed itself is left alone, and another takes its place.
/// Safe for use by several threads.
/// </remarks>
/// <param name="make">Makes a client.</param>
internal sealed class LastingAdminClient(Func<IAdminClient> make) : IDisposable
{
    private readonly Lock _lock = new();
    private IAdminClient _client = make();
    private bool _isDisposed;

    /// <summary>The client, for one call.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public IAdminClient Current
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                return HasDestroyedItself(_client) ? _client = make() : _client;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isDisposed && !HasDestroyedItself(_client))
            {
                _client.Dispose();
            }

            _isDisposed = true;
        }
    }

    private static bool HasDestroyedItself(IAdminClient client)
    {
        try
        {
            // Adds none. Of the calls that ask no broker it is the one that looks whether there is still something behind the client.
            client.AddBrokers("");
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
