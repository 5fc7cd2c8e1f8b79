using System.Runtime.CompilerServices;
using Sessionize.Storage;

namespace Sessionize.Tests.Storage;

/// <summary>A storage that breaks its contract in one way.</summary>
internal sealed class FlawedFileStorage(FileStorageFlaw flaw) : IFileStorage
{
    private readonly LocalFileStorage _inner = new();

    public async ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken)
    {
        if (flaw == FileStorageFlaw.OpenOfMissingThrowsAnother && await _inner.TryReadAsync(At(location), cancellationToken) is null)
        {
            throw new FileNotFoundException("There is no such file.", location);
        }

        Stream stream = await _inner.OpenReadAsync(At(location), cancellationToken);
        return flaw == FileStorageFlaw.ReadsFromTheBeginning ? new BufferedStream(new Unseekable(stream)) : stream;
    }

    public async ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) =>
        await _inner.TryReadAsync(At(location), cancellationToken) ?? (flaw == FileStorageFlaw.MissingFileIsEmpty ? ReadOnlyMemory<byte>.Empty : default(ReadOnlyMemory<byte>?));

    public async ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) => flaw switch
    {
        FileStorageFlaw.ShowsUnfinishedFiles or FileStorageFlaw.LeavesWhatWasGivenUp or FileStorageFlaw.CutsLargeFiles =>
            new Writer(FileLocations.ToPath(location), flaw),
        _ => await _inner.CreateAsync(At(location), cancellationToken),
    };

    public async ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string place = At(location);
        switch (flaw)
        {
            case FileStorageFlaw.CreatesOverWhatIsThere:
                await _inner.WriteAsync(place, content, cancellationToken);
                return true;
            case FileStorageFlaw.LooksAndThenWrites:
                if (await _inner.TryReadAsync(place, cancellationToken) is { } there)
                {
                    return there.Span.SequenceEqual(content.Span);
                }

                await Task.Yield();
                await _inner.WriteAsync(place, content, cancellationToken);
                return true;
            case FileStorageFlaw.ForgetsItsOwnFile when await _inner.TryReadAsync(place, cancellationToken) is not null:
                return false;
            case FileStorageFlaw.TrustsAnyFile when await _inner.TryReadAsync(place, cancellationToken) is not null:
                return true;
            default:
                return await _inner.TryCreateAsync(place, content, cancellationToken);
        }
    }

    public async ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (flaw == FileStorageFlaw.ReplacesTheBeginningOnly && await _inner.TryReadAsync(location, cancellationToken) is { } old && old.Length > content.Length)
        {
            content = (byte[])[.. content.Span, .. old.Span[content.Length..]];
        }

        await _inner.WriteAsync(At(location), content, cancellationToken);
    }

    public async ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken)
    {
        if (flaw == FileStorageFlaw.FailsToDeleteWhatIsMissing && locations.FirstOrDefault(location => !File.Exists(FileLocations.ToPath(location))) is { } missing)
        {
            throw new SessionizeException($"There is no '{missing}'.");
        }

        await _inner.DeleteAsync([.. locations.Take(flaw == FileStorageFlaw.DeletesOnlyAThousand ? 1000 : int.MaxValue).Select(At)], cancellationToken);
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string beginning = folder.TrimEnd('/');
        string above = flaw == FileStorageFlaw.ListsByPrefix ? beginning[..beginning.LastIndexOf('/')] : folder;
        await foreach (StoredFile file in _inner.ListAsync(above, cancellationToken))
        {
            bool isListed = flaw switch
            {
                FileStorageFlaw.ListsByPrefix => file.Location.StartsWith(beginning, StringComparison.Ordinal),
                FileStorageFlaw.ListsOneLevel => !file.Location[(beginning.Length + 1)..].Contains('/', StringComparison.Ordinal),
                _ => true,
            };
            if (isListed)
            {
                yield return flaw == FileStorageFlaw.ListsFullPaths ? file with { Location = FileLocations.ToPath(file.Location) } : file;
            }
        }
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private string At(string location) => flaw == FileStorageFlaw.DecodesNames ? Uri.UnescapeDataString(location) : location;

    private sealed class Writer : StorageWriter
    {
        private readonly string _path;
        private readonly FileStorageFlaw _flaw;
        private readonly FileStream _stream;
        private bool _isCompleted;

        public Writer(string path, FileStorageFlaw flaw)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            (_path, _flaw) = (path, flaw);
            _stream = new FileStream(flaw == FileStorageFlaw.ShowsUnfinishedFiles ? path : path + ".tmp", FileMode.Create);
        }

        public override Stream Stream => _stream;

        public override async ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            if (_flaw == FileStorageFlaw.CutsLargeFiles && _stream.Length > 5_000_000)
            {
                _stream.SetLength(5_000_000);
            }

            await _stream.DisposeAsync();
            if (_flaw != FileStorageFlaw.ShowsUnfinishedFiles)
            {
                File.Move(_path + ".tmp", _path);
            }

            _isCompleted = true;
        }

        public override async ValueTask DisposeAsync()
        {
            await _stream.DisposeAsync();
            if (!_isCompleted && _flaw != FileStorageFlaw.LeavesWhatWasGivenUp)
            {
                File.Delete(_stream.Name);
            }
        }
    }

    /// <summary>Goes nowhere when it is told to.</summary>
    private sealed class Unseekable(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = inner.Read(buffer, offset, count);
            Position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
