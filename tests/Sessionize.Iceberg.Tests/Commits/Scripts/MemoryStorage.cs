using System.Collections.Concurrent;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Commits.Scripts;

/// <summary>Files in memory. Small files fail at random; data files do not, since they are completed by several threads.</summary>
internal sealed class MemoryStorage(Faults faults) : IFileStorage
{
    /// <summary>The files.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The commit that is under way.</summary>
    public Intent? Current { get; set; }

    /// <summary>The commit that each file was made for.</summary>
    public ConcurrentDictionary<string, Intent?> Makers { get; } = new(StringComparer.Ordinal);

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) =>
        new(faults.Run<Stream>(location, () => new MemoryStream(Existing(location), writable: false)));

    public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) =>
        new(faults.Run<ReadOnlyMemory<byte>?>(location, () => Files.TryGetValue(location, out byte[]? bytes) ? new ReadOnlyMemory<byte>(bytes) : null));

    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) => new(new Writer(this, location));

    public ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        new(faults.Run(location, () => Add(location, content.ToArray())));

    public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Files[location] = content.ToArray();
        return default;
    }

    public ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken)
    {
        foreach (string location in locations)
        {
            Files.TryRemove(location, out _);
        }

        return default;
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach ((string location, byte[] bytes) in Files.Where(file => file.Key.StartsWith(folder + "/", StringComparison.Ordinal)))
        {
            yield return new StoredFile(location, bytes.Length, DateTimeOffset.MaxValue);
        }
    }

    public ValueTask DisposeAsync() => default;

    private bool Add(string location, byte[] content)
    {
        Makers[location] = Current;
        return Files.TryAdd(location, content) || Files[location].AsSpan().SequenceEqual(content);
    }

    private byte[] Existing(string location) =>
        Files.TryGetValue(location, out byte[]? bytes) ? bytes : throw new SessionizeException($"'{location}' is missing.");

    private sealed class Writer(MemoryStorage storage, string location) : StorageWriter
    {
        private readonly MemoryStream _bytes = new();

        public override Stream Stream => _bytes;

        public override ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            storage.Add(location, _bytes.ToArray());
            return default;
        }

        public override ValueTask DisposeAsync() => default;
    }
}
