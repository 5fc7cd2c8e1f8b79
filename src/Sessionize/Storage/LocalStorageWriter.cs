namespace Sessionize.Storage;

/// <summary>Writes a large local file.</summary>
internal sealed class LocalStorageWriter(AtomicFile file) : StorageWriter
{
    private readonly LocalWriteStream _stream = new(file);

    public override Stream Stream => _stream;

    public override async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException failure) when (failure.InnerException is DirectoryNotFoundException && file.IsNameless)
        {
            // Somebody removed the empty folder meanwhile; the file is still there, and has no name yet.
            IEnumerable<string> parents = LocalFileStorage.CreateFolderOf(Path.GetFullPath(file.Path));
            await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
            LocalFileStorage.Flush(parents);
        }
    }

    public override ValueTask DisposeAsync() => file.DisposeAsync();
}
