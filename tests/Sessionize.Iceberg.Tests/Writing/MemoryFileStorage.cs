using System.Collections.Concurrent;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Files in memory; knows how many were open for writing at once, and can fail.</summary>
internal sealed class MemoryFileStorage : IFileStorage
{
    private int _open;

    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public int MostOpen { get; private set; }

    /// <summary>The number of files that may be completed before one fails; <see langword="null"/>: all.</summary>
    public int? CompletionsBeforeFailure { get; set; }

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) => new(new MemoryStream(Files[location]));

    public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) =>
        new(Files.TryGetValue(location, out byte[]? file) ? (ReadOnlyMemory<byte>?)file : null);

    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken)
    {
        MostOpen = Math.Max(MostOpen, ++_open);
        return new(new Writer(this, location));
    }

    public ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        new(Files.TryAdd(location, content.ToArray()));

    public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Files[location] = content.ToArray();
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken)
    {
        foreach (string location in locations)
        {
            Files.TryRemove(location, out _);
        }

        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach ((string location, byte[] content) in Files.Where(file => file.Key.StartsWith(folder, StringComparison.Ordinal)))
        {
            yield return new StoredFile(location, content.Length, DateTimeOffset.UnixEpoch);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Writer(MemoryFileStorage storage, string location) : StorageWriter
    {
        private readonly MemoryStream _stream = new();
        private bool _isClosed;

        public override Stream Stream => _stream;

        public override ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            if (storage.CompletionsBeforeFailure is { } left && storage.Files.Count >= left)
            {
                throw new SessionizeException($"Cannot write '{location}': No space left on device. Choose a place with room and write permission.");
            }

            return storage.Files.TryAdd(location, _stream.ToArray()) ? ValueTask.CompletedTask : throw new SessionizeException($"The file '{location}' exists already.");
        }

        public override ValueTask DisposeAsync()
        {
            if (!_isClosed)
            {
                _isClosed = true;
                storage._open--;
            }

            return ValueTask.CompletedTask;
        }
    }
}
