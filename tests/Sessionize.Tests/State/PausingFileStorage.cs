using Sessionize.Storage;

namespace Sessionize.Tests.State;

/// <summary>A storage whose process is paused before or behind the next file of a commit record that it makes.</summary>
internal sealed class PausingFileStorage(IFileStorage inner) : IFileStorage
{
    /// <summary>What others do before the file is made; once.</summary>
    public Func<string, Task>? BeforeCreate { get; set; }

    /// <summary>What others do when the file was made; once.</summary>
    public Func<string, Task>? AfterCreate { get; set; }

    public async ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        bool isRecord = location.Contains("/commits/", StringComparison.Ordinal);
        if (isRecord && BeforeCreate is { } before)
        {
            BeforeCreate = null;
            await before(location);
        }

        bool isMade = await inner.TryCreateAsync(location, content, cancellationToken);
        if (isRecord && AfterCreate is { } after)
        {
            AfterCreate = null;
            await after(location);
        }

        return isMade;
    }

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) => inner.OpenReadAsync(location, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) => inner.TryReadAsync(location, cancellationToken);

    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) => inner.CreateAsync(location, cancellationToken);

    public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.WriteAsync(location, content, cancellationToken);

    public ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken) => inner.DeleteAsync(locations, cancellationToken);

    public IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken) => inner.ListAsync(folder, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
