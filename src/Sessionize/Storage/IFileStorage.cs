namespace Sessionize.Storage;

/// <summary>Files of tables and state under locations: a local disk, or an object store.</summary>
/// <remarks>
/// <para>A location is a URI, <c>file:///data/t/metadata/v1.metadata.json</c> or <c>s3://bucket/t/data/1.parquet</c>; a storage reads those of
/// its own schemes. A file appears whole or not at all, and is durable when the call that made it returns.</para>
/// <para>Safe for use by several threads. What the environment does wrong is thrown as <see cref="SessionizeException"/>; whether a file was
/// made by a call that threw is unknown. <see cref="SessionizeException.IsTransient"/> says whether the same call may succeed later.</para>
/// </remarks>
public interface IFileStorage : IAsyncDisposable
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="location">Where it lies.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Its bytes, seekable; closed by the caller.</returns>
    /// <exception cref="SessionizeException">There is no such file, or it cannot be read.</exception>
    ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken);

    /// <summary>Reads a whole file.</summary>
    /// <param name="location">Where it lies.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Its bytes; <see langword="null"/> when there is no such file.</returns>
    /// <exception cref="SessionizeException">It cannot be read.</exception>
    ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken);

    /// <summary>Starts a large file of which nothing is visible before it is complete.</summary>
    /// <param name="location">Where it will lie; nothing else may ever have had the name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Takes its bytes.</returns>
    /// <exception cref="SessionizeException">It cannot be made.</exception>
    ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken);

    /// <summary>Makes a file unless there is one: of several that try at once, one succeeds.</summary>
    /// <param name="location">Where it will lie.</param>
    /// <param name="content">Its bytes, which nobody else writes: with them a repeated call recognises its own file.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether the file has this content now; otherwise another stands there, unchanged.</returns>
    /// <exception cref="SessionizeException">The outcome is unknown.</exception>
    ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Makes a file, in the place of one of that name if there is one.</summary>
    /// <param name="location">Where it will lie.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">The outcome is unknown.</exception>
    ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Deletes files; those that are not there are passed over.</summary>
    /// <param name="locations">Where they lie.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">One or more cannot be deleted; the others are.</exception>
    ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken);

    /// <summary>Lists the files below a folder, at any depth, in no particular order.</summary>
    /// <param name="folder">The folder's location. One that is not there has no files.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>The files; their locations have the folder's, as given, as their beginning.</returns>
    /// <exception cref="SessionizeException">It cannot be listed.</exception>
    IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken);
}
