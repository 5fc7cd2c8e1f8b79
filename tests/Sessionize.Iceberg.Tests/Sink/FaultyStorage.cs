using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Local files, with a step before and behind each call that changes them, and in the middle of writing one.</summary>
internal sealed class FaultyStorage(FaultPoint fault) : IFileStorage
{
    private readonly LocalFileStorage _inner = new();

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken)
    {
        fault.ThrowIfDead();
        return _inner.OpenReadAsync(location, cancellationToken);
    }

    public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken)
    {
        fault.ThrowIfDead();
        return _inner.TryReadAsync(location, cancellationToken);
    }

    public async ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) => new FaultyWriter(
        await fault.AroundAsync($"creating {NameOf(location)}", () => _inner.CreateAsync(location, cancellationToken)), NameOf(location), fault);

    public ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        fault.AroundAsync($"making {NameOf(location)}", () => _inner.TryCreateAsync(location, content, cancellationToken));

    public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        fault.AroundAsync($"replacing {NameOf(location)}", () => _inner.WriteAsync(location, content, cancellationToken));

    public ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken) =>
        fault.AroundAsync($"deleting {locations.Count} files", () => _inner.DeleteAsync(locations, cancellationToken));

    public IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken)
    {
        fault.ThrowIfDead();
        return _inner.ListAsync(folder, cancellationToken);
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private static string NameOf(string location) => location[(location.LastIndexOf('/') + 1)..];

    private sealed class FaultyWriter(StorageWriter inner, string name, FaultPoint fault) : StorageWriter
    {
        public override Stream Stream => inner.Stream;

        public override async ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            // What was written by now is half of a file.
            await inner.Stream.FlushAsync(cancellationToken);
            await fault.AroundAsync($"completing {name}", () => inner.CompleteAsync(cancellationToken));
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
