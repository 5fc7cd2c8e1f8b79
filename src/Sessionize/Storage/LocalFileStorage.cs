using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace Sessionize.Storage;

/// <summary>Files of the machine's own file systems, mounted ones among them.</summary>
/// <remarks>
/// <para>Reads paths, relative ones from the working folder, and <c>file:</c> URIs, whose path is taken as it is, without decoding. Folders are
/// created as files need them, and stay. Files and their names are flushed to the disk.</para>
/// <para>Safe for use by several threads and processes.</para>
/// </remarks>
public sealed class LocalFileStorage : IFileStorage
{
    private const int Attempts = 100;
    private const int PageFiles = 1000;

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = FileLocations.ToPath(location);
        try
        {
            return new(Open(path));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SessionizeException($"There is no file '{location}'. Restore it, or name another.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(location, path, failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken)
    {
        string path = FileLocations.ToPath(location);
        try
        {
            FileStream file = Open(path);
            await using (file.ConfigureAwait(false))
            {
                byte[] content = new byte[file.Length];
                await file.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
                return content;
            }
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(location, path, failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken)
    {
        string path = FileLocations.ToPath(location);
        for (int attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IEnumerable<string> parents = CreateFolderOf(path);
            try
            {
                AtomicFile file = AtomicFile.Create(path, overwrite: false);
                Flush(parents);
                return new(new LocalStorageWriter(file));
            }
            catch (SessionizeException failure) when (failure.InnerException is DirectoryNotFoundException && attempt < Attempts)
            {
                // Somebody removed the empty folder meanwhile.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string path = FileLocations.ToPath(location);
        for (int attempt = 1; ; attempt++)
        {
            if (File.Exists(path) && await TryReadAsync(location, cancellationToken).ConfigureAwait(false) is { } existing)
            {
                return existing.Span.SequenceEqual(content.Span);
            }

            try
            {
                if (await TryWriteAsync(path, content, overwrite: false, cancellationToken).ConfigureAwait(false))
                {
                    return true;
                }
            }
            catch (SessionizeException failure) when (attempt < Attempts && (File.Exists(path) || failure.InnerException is DirectoryNotFoundException))
            {
                // Another was faster, which the next round looks at; or somebody removed the empty folder meanwhile.
                continue;
            }

            if (attempt >= Attempts)
            {
                throw new SessionizeException($"The file '{location}' comes and goes. Find out who else writes in its folder.", isTransient: true);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string path = FileLocations.ToPath(location);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await TryWriteAsync(path, content, overwrite: true, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (SessionizeException failure) when (failure.InnerException is DirectoryNotFoundException && attempt < Attempts)
            {
                // Somebody removed the empty folder meanwhile.
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(locations);
        int failures = 0;
        string? firstLocation = null;
        Exception? first = null;
        foreach (string location in locations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                File.Delete(FileLocations.ToPath(location));
            }
            catch (DirectoryNotFoundException)
            {
                // Without the folder there is no file either.
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                failures++;
                firstLocation ??= location;
                first ??= failure;
            }
        }

        return first is null
            ? ValueTask.CompletedTask
            : throw new SessionizeException(
                $"Cannot delete '{firstLocation}'{(failures > 1 ? $" and {failures - 1} other files" : "")}: {Reason(first)}. Give permission to write in the folder.", first);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string path = FileLocations.ToPath(folder);
        if (!Directory.Exists(path))
        {
            yield break;
        }

        using IEnumerator<StoredFile> files = Enumerate(folder, path).GetEnumerator();
        List<StoredFile> page = [];
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            page.Clear();
            try
            {
                // A large folder on a slow disk keeps no caller waiting in the call.
                await Task.Run(() => TakePage(files, page), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new SessionizeException($"Cannot list the folder '{folder}': {Reason(failure)}. Give permission to read it.", failure);
            }

            foreach (StoredFile file in page)
            {
                yield return file;
            }
        }
        while (page.Count == PageFiles);
    }

    /// <summary>Nothing is kept open.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    private static async ValueTask<bool> TryWriteAsync(string path, ReadOnlyMemory<byte> content, bool overwrite, CancellationToken cancellationToken)
    {
        IEnumerable<string> parents = CreateFolderOf(path);
        AtomicFile file = AtomicFile.Create(path, overwrite);
        await using (file.ConfigureAwait(false))
        {
            // Only now: what takes long between the two gives others time to remove the empty folder.
            Flush(parents);
            try
            {
                await file.Stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException failure)
            {
                throw Unwritable(path, failure);
            }

            return await file.TryCompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Creates the folder of a file and those above it.</summary>
    /// <returns>The folders in which new names have to be made durable; see <see cref="Flush"/>.</returns>
    internal static IEnumerable<string> CreateFolderOf(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        Stack<string> parents = new();
        for (string? missing = folder; missing is not null && !Directory.Exists(missing); missing = Path.GetDirectoryName(missing))
        {
            parents.Push(Path.GetDirectoryName(missing) ?? missing);
        }

        try
        {
            if (parents.Count > 0)
            {
                Directory.CreateDirectory(folder!);
            }

            return parents;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException(
                $"Cannot create the folder '{folder}': {Reason(failure)}. Choose a place where folders can be created, and no file is in the way.", failure);
        }
    }

    /// <summary>Makes names in folders durable.</summary>
    internal static void Flush(IEnumerable<string> folders)
    {
        foreach (string folder in folders)
        {
            Unix.FlushFolder(folder);
        }
    }

    internal static SessionizeException Unwritable(string path, Exception failure) =>
        new($"Cannot write '{path}': {Reason(failure)}. Choose a place with room and write permission.", failure);

    private static SessionizeException Unreadable(string location, string path, Exception failure) => new(
        Directory.Exists(path)
            ? $"Cannot read '{location}': it is a folder, where a file should be. Move it out of the way, or name another file."
            : $"Cannot read '{location}': {Reason(failure)}. Give permission to read it, or look after its disk.",
        failure);

    private static string Reason(Exception failure) => failure.Message.TrimEnd('.');

    private static void TakePage(IEnumerator<StoredFile> files, List<StoredFile> page)
    {
        while (page.Count < PageFiles && files.MoveNext())
        {
            page.Add(files.Current);
        }
    }

    private static FileSystemEnumerable<StoredFile> Enumerate(string folder, string path) => new(
        path,
        (ref FileSystemEntry entry) =>
        {
            string relative = Path.GetRelativePath(path, entry.ToFullPath());
            return new StoredFile(
                FileLocations.Join(folder, OperatingSystem.IsWindows() ? relative.Replace('\\', '/') : relative), entry.Length, entry.LastWriteTimeUtc);
        },
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,

        // What a link leads to lies elsewhere; going there could find the same file twice, or never end.
        ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
    };
}
