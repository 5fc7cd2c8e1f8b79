namespace Sessionize.Storage;

/// <summary>A storage that may promise what the server behind it does not keep, and can find out.</summary>
public interface IProbedFileStorage : IFileStorage
{
    /// <summary>Makes sure that of several that make one file, one succeeds.</summary>
    /// <param name="folder">Where a small file may be made for it, and deleted again.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">It is not so, and the message says what to do instead; or the storage is away.</exception>
    ValueTask ProbeConditionalWritesAsync(string folder, CancellationToken cancellationToken);
}
