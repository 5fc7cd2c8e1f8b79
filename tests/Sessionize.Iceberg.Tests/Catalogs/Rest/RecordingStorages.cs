using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>Makes storages of S3 that do nothing, and notes with which settings, and whether they were closed.</summary>
internal sealed class RecordingStorages : IFileStorageFactory
{
    public List<IReadOnlyDictionary<string, string>> Settings { get; } = [];

    public List<Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>> Refreshes { get; } = [];

    public int Closed { get; private set; }

    public bool Handles(string location) => location.StartsWith("s3://", StringComparison.Ordinal);

    public IFileStorage Create(
        IReadOnlyDictionary<string, string> properties, Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh)
    {
        Settings.Add(properties);
        Refreshes.Add(refresh!);
        return new Nothing(this);
    }

    private sealed class Nothing(RecordingStorages owner) : IFileStorage
    {
        public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) => new((ReadOnlyMemory<byte>?)null);

        public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync()
        {
            owner.Closed++;
            return ValueTask.CompletedTask;
        }
    }
}
