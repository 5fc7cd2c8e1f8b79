using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Takes files and keeps nothing of them.</summary>
internal sealed class DiscardingFileStorage : IFileStorage
{
    private int _created;

    /// <summary>Called with every thousandth file.</summary>
    public Action OnThousandFiles { get; set; } = () => { };

    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _created) % 1000 == 0)
        {
            OnThousandFiles();
        }

        return new(new Writer());
    }

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) => throw new SessionizeException($"There is no file '{location}'.");

    public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) => new((ReadOnlyMemory<byte>?)null);

    public ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => new(true);

    public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredFile>();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Writer : StorageWriter
    {
        public override Stream Stream => Stream.Null;

        public override ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
