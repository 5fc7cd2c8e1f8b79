namespace Sessionize.Storage;

/// <summary>Takes the bytes of a file that appears when it is complete.</summary>
/// <remarks>Disposing without completing leaves nothing behind. Not thread-safe.</remarks>
public abstract class StorageWriter : IAsyncDisposable
{
    /// <summary>Takes the bytes, one behind the other; closed by the writer.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Makes the file visible and durable.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">The outcome is unknown; or there is a file of that name already.</exception>
    public abstract ValueTask CompleteAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
