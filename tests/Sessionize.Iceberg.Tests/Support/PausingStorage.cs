using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Support;

/// <summary>A storage in whose process others go on just before it makes a file, and which can fail behind it.</summary>
internal sealed class PausingStorage(IFileStorage inner) : IFileStorage
{
    /// <summary>What others do meanwhile; once.</summary>
    public Func<Task>? BeforeTryCreate { get; set; }

    /// <summary>Thrown after the file was made; once.</summary>
    public SessionizeException? AfterTryCreate { get; set; }

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) => inner.OpenReadAsync(location, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) => inner.TryReadAsync(location, cancellationToken);

    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) => inner.CreateAsync(location, cancellationToken);

    public async ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (BeforeTryCreate is { } others)
        {
            BeforeTryCreate = null;
            await others();
        }

        bool isMade = await inner.TryCreateAsync(location, content, cancellationToken);
        if (AfterTryCreate is { } failure)
        {
            AfterTryCreate = null;
            throw failure;
        }

        return isMade;
    }

    public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.WriteAsync(location, content, cancellationToken);

    public ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken) => inner.DeleteAsync(locations, cancellationToken);

    public IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken) => inner.ListAsync(folder, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
