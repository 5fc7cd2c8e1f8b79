namespace Sessionize.Storage;

/// <summary>A file that appears under its name whole, or not at all.</summary>
/// <remarks>
/// <para>On Linux bytes go into a file without a name, of which a killed process leaves nothing; <see cref="CompleteAsync"/> makes it durable
/// and names it. Where the file system does not know such files, they go into a file <c>.sessionize-….tmp</c> beside the target, which is
/// renamed. Disposing without completing deletes either, and leaves what stood under the name as it was. Not thread-safe.</para>
/// <para>A symbolic link is followed: it stays, and the file that it points to is replaced.</para>
/// </remarks>
internal sealed class AtomicFile : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string _target;
    private readonly bool _overwrite;
    private readonly FileStream _file;
    private readonly GrowingFile _stream;
    private string? _temporary;
    private bool _isCompleted;

    /// <param name="path">The file's name, as given.</param>
    /// <param name="target">Its full name, links followed.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="mode">Of an existing file: what only its owner could read stays so.</param>
    /// <param name="mayBeNameless">Whether to try a file without a name.</param>
    private AtomicFile(string path, string target, bool overwrite, UnixFileMode? mode, bool mayBeNameless)
    {
        (Path, _target, _overwrite) = (path, target, overwrite);
        if (mayBeNameless && Unix.TryOpenNameless(Folder, mode ?? Everybody) is { } nameless)
        {
            _file = new FileStream(nameless, FileAccess.Write, BufferBytes);
            _stream = new GrowingFile(_file);
            return;
        }

        _temporary = NewTemporaryName();
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = BufferBytes };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            _file = new FileStream(_temporary, options);
        }
        catch (FileNotFoundException failure)
        {
            // While a folder is being removed it can still be seen, so that .NET finds the new file missing, and not its folder.
            throw new DirectoryNotFoundException(failure.Message, failure);
        }

        _stream = new GrowingFile(_file);
    }

    /// <summary>The file's name, as given.</summary>
    public string Path { get; }

    /// <summary>Takes the file's bytes; closed by <see cref="CompleteAsync"/> and <see cref="DisposeAsync"/>.</summary>
    public Stream Stream => _stream;

    private string Folder => System.IO.Path.GetDirectoryName(_target)!;

    /// <summary>Starts a file.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="mayBeNameless">Whether to try a file without a name; <see langword="false"/> is the way of file systems that have none.</param>
    /// <returns>The file, empty and not yet visible.</returns>
    /// <exception cref="SessionizeException">
    /// The file exists and is not to be overwritten, is not a regular file, or cannot be created.
    /// </exception>
    public static AtomicFile Create(string path, bool overwrite, bool mayBeNameless = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            FileInfo file = new(path);
            string target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            UnixFileMode? mode = CheckTarget(path, target, overwrite);
            return new AtomicFile(path, target, overwrite, mode, mayBeNameless);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, failure);
        }
    }

    /// <summary>Whether <see cref="TryCompleteAsync"/> may be called again after it threw because the folder had gone.</summary>
    public bool IsNameless => _temporary is null && !_isCompleted;

    /// <summary>Makes the file durable and visible under its name.</summary>
    /// <param name="cancellationToken">Stops the call before the file becomes visible.</param>
    /// <exception cref="SessionizeException">The disk is full, or a file of that name was created meanwhile.</exception>
    /// <exception cref="InvalidOperationException">The file was completed before.</exception>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (!await TryCompleteAsync(cancellationToken).ConfigureAwait(false))
        {
            throw Exists(Path);
        }
    }

    /// <summary>Makes the file durable and visible under its name, unless another has the name.</summary>
    /// <param name="cancellationToken">Stops the call before the file becomes visible.</param>
    /// <returns>Whether it is visible now; of several that try at once, one is.</returns>
    /// <exception cref="SessionizeException">The disk is full, or the folder has gone.</exception>
    /// <exception cref="InvalidOperationException">The file was completed before.</exception>
    public async ValueTask<bool> TryCompleteAsync(CancellationToken cancellationToken)
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException($"The file '{Path}' was completed before.");
        }

        try
        {
            await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            _stream.Flush(toDisk: true);
            cancellationToken.ThrowIfCancellationRequested();
            if (_temporary is null && Unix.TryName(_file.SafeFileHandle, _target))
            {
                _isCompleted = true;
                await _stream.DisposeAsync().ConfigureAwait(false);
            }
            else if (!await TryRenameAsync().ConfigureAwait(false))
            {
                return false;
            }

            Unix.FlushFolder(Folder);
            return true;
        }
        catch (IOException) when (!_isCompleted && !_overwrite && File.Exists(_target))
        {
            return false;
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
            if (!_isCompleted && _temporary is not null)
            {
                File.Delete(_temporary);
            }
        }
    }

    /// <summary>The system can link a file to a new name only, and replace a name only by another one.</summary>
    private async ValueTask<bool> TryRenameAsync()
    {
        if (_temporary is null)
        {
            if (!_overwrite)
            {
                return false;
            }

            string temporary = NewTemporaryName();
            Unix.TryName(_file.SafeFileHandle, temporary);
            _temporary = temporary;
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
        if (_overwrite || OperatingSystem.IsWindows())
        {
            File.Move(_temporary, _target, _overwrite);
        }
        else if (!Unix.TryRename(_temporary, _target))
        {
            // File.Move would look whether the name is free and rename then: several at once would succeed.
            return false;
        }

        _isCompleted = true;
        return true;
    }

    private string NewTemporaryName() => System.IO.Path.Combine(Folder, $".sessionize-{Guid.NewGuid():N}.tmp");

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
