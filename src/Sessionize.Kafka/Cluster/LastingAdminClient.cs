using Confluent.Kafka;

namespace Sessionize.Kafka.Cluster;

/// <summary>A client for questions, which is replaced when it comes to its end, and outlives the questions that are asked.</summary>
/// <remarks>
/// <para>When Confluent's client cannot make sense of an answer, as happens while a broker hangs, it destroys itself: every call fails from then on, and disposing of it frees
/// for a second time what is gone, which ends the process with SIGSEGV or SIGABRT. So one that has destroyed itself is left alone, and another takes its place.</para>
/// <para>A call that is within the client when it is destroyed ends the process as well: it is waited for.</para>
/// Safe for use by several threads.
/// </remarks>
/// <param name="make">Makes a client.</param>
internal sealed class LastingAdminClient(Func<IAdminClient> make) : IDisposable
{
    // What is asked for metadata waits for as long as it was told to, whatever happens meanwhile. A process that is to end does not.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly CountdownEvent _users = new(1);
    private IAdminClient _client = make();
    private bool _isDisposed;

    /// <summary>Makes a call.</summary>
    /// <param name="call">The call; a task that it gives is not waited for, since no thread is within the client by then.</param>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public T Use<T>(Func<IAdminClient, T> call)
    {
        IAdminClient client;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            client = HasDestroyedItself(_client) ? _client = make() : _client;
            _users.AddCount();
        }

        try
        {
            return call(client);
        }
        finally
        {
            _users.Signal();
        }
    }

    /// <summary>Destroys the client, unless a call stays within it for seconds.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _users.Signal();
        if (_users.Wait(s_patience) && !HasDestroyedItself(_client))
        {
            _client.Dispose();
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
