using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Sessionize.Engine;

/// <summary>Those who read sessions along. Safe for use by several threads; <see cref="ShowAsync"/> is the pipeline's.</summary>
/// <param name="wait">The time for which the pipeline waited for readers.</param>
internal sealed class SessionReaders(WaitTime wait)
{
    private const int MostUnread = 1024;

    private readonly Lock _lock = new();
    private readonly List<Channel<SessionChange>> _readers = [];
    private bool _isEnded;

    /// <summary>Adds a reader at once, not at its first MoveNext: what closes in between must not be missed.</summary>
    public IAsyncEnumerable<SessionChange> Add(CancellationToken cancellationToken)
    {
        Channel<SessionChange> reader = Channel.CreateBounded<SessionChange>(MostUnread);
        lock (_lock)
        {
            if (_isEnded)
            {
                reader.Writer.TryComplete();
            }
            else
            {
                _readers.Add(reader);
            }
        }

        return ReadAsync(reader, cancellationToken);
    }

    /// <summary>Shows sessions to all readers, and waits for those that are behind.</summary>
    public async ValueTask ShowAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
        {
            return;
        }

        Channel<SessionChange>[] readers;
        lock (_lock)
        {
            readers = [.. _readers];
        }

        foreach (Channel<SessionChange> reader in readers)
        {
            foreach (SessionChange change in changes)
            {
                while (!reader.Writer.TryWrite(change) && await WaitAsync(reader, cancellationToken).ConfigureAwait(false))
                {
                }
            }
        }
    }

    /// <summary>Ends all readers behind what they were shown; with an error, if there is one.</summary>
    public void End(Exception? exception)
    {
        lock (_lock)
        {
            _isEnded = true;
            foreach (Channel<SessionChange> reader in _readers)
            {
                reader.Writer.TryComplete(exception);
            }
        }
    }

    /// <returns>Whether it may be written to; <see langword="false"/> once the reader is gone.</returns>
    private async ValueTask<bool> WaitAsync(Channel<SessionChange> reader, CancellationToken cancellationToken)
    {
        wait.Begin();
        try
        {
            return await reader.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            wait.End();
        }
    }

    private async IAsyncEnumerable<SessionChange> ReadAsync(
        Channel<SessionChange> reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (SessionChange change in reader.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            // One that stops reading must not make the pipeline wait for ever.
            reader.Writer.TryComplete();
            lock (_lock)
            {
                _readers.Remove(reader);
            }
        }
    }
}
