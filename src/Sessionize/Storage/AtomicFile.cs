namespace Sessionize.Storage;

/// <summary>A file that appears under its name whole, or not at all.</summary>
/// <remarks>
/// <para>Bytes go into a file <c>.sessionize-….tmp</c> beside the target, which <see cref="CompleteAsync"/> makes durable and renames.
/// Disposing without that deletes it, and leaves what stood under the name as it was. Not thread-safe.</para>
/// <para>A symbolic link is followed: it stays, and the file that it points to is replaced.</para>
/// </remarks>
internal sealed class AtomicFile : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly string _target;
    private readonly string _temporary;
    private readonly bool _overwrite;
    private readonly FileStream _stream;
    private bool _isCompleted;

    private AtomicFile(string path, string target, bool overwrite, UnixFileMode? mode)
    {
        Path = path;
        _target = target;
        _overwrite = overwrite;
        _temporary = System.IO.Path.Combine(Folder, $".sessionize-{Guid.NewGuid():N}.tmp");
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = BufferBytes,
        };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            // What only its owner could read stays so.
            options.UnixCreateMode = mode;
        }

        _stream = new FileStream(_temporary, options);
    }

    /// <summary>The file's name, as given.</summary>
    public string Path { get; }

    /// <summary>Takes the file's bytes; closed by <see cref="CompleteAsync"/> and <see cref="DisposeAsync"/>.</summary>
    public Stream Stream => _stream;

    private string Folder => System.IO.Path.GetDirectoryName(_target)!;

    /// <summary>Starts a file.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <returns>The file, empty and not yet visible.</returns>
    /// <exception cref="SessionizeException">
    /// The file exists and is not to be overwritten, is not a regular file, or cannot be created.
    /// </exception>
    public static AtomicFile Create(string path, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            FileInfo file = new(path);
            string target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            UnixFileMode? mode = CheckTarget(path, target, overwrite);
            return new AtomicFile(path, target, overwrite, mode);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, failure);
        }
    }

    /// <summary>Makes the file durable and visible under its name.</summary>
    /// <param name="cancellationToken">Stops the call before the file becomes visible.</param>
    /// <exception cref="SessionizeException">The disk is full, or a file of that name was created meanwhile.</exception>
    /// <exception cref="InvalidOperationException">The file was completed before.</exception>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException($"The file '{Path}' was completed before.");
        }

        try
        {
            await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            _stream.Flush(flushToDisk: true);
            await _stream.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            File.Move(_temporary, _target, _overwrite);
            _isCompleted = true;
            Unix.FlushFolder(Folder);
        }
        catch (IOException) when (!_isCompleted && !_overwrite && File.Exists(_target))
        {
            throw Exists(Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(Path, failure);
        }
    }

    /// <summary>Deletes what was written, unless the file was completed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException) when (!_isCompleted)
        {
            // The last bytes find no place on a full disk; they are deleted anyway, and whoever wrote them was told.
        }
        finally
        {
            if (!_isCompleted)
            {
                File.Delete(_temporary);
            }
        }
    }

    private static UnixFileMode? CheckTarget(string path, string target, bool overwrite)
    {
        if (Directory.Exists(target))
        {
            throw new SessionizeException($"Cannot write '{path}': it is a directory. Name a file.");
        }

        if (!File.Exists(target))
        {
            return null;
        }

        if (!FileIdentity.IsRegularFile(target))
        {
            // A rename would put a plain file in the place of /dev/null or of somebody's pipe.
            throw new SessionizeException($"Cannot write '{path}': it is a device or a pipe. Name a file, or write to standard output.");
        }

        return !overwrite ? throw Exists(path) : OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(target);
    }

    private static SessionizeException Exists(string path) =>
        new($"The file '{path}' exists already. Choose another name, or allow that it is overwritten.");

    private static SessionizeException Failed(string path, Exception failure) => new(
        failure is DirectoryNotFoundException
            ? $"Cannot write '{path}': its folder does not exist. Create the folder, or choose another place."
            : $"Cannot write '{path}': {failure.Message.TrimEnd('.')}. Choose a place with room and write permission.",
        failure);
}
