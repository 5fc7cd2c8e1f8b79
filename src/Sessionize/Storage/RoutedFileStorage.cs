using System.Runtime.CompilerServices;

namespace Sessionize.Storage;

/// <summary>A storage whose locations are read by several others.</summary>
internal abstract class RoutedFileStorage : IFileStorage
{
    /// <summary>The storage that reads a location.</summary>
    public abstract IFileStorage For(string location);

    public abstract ValueTask DisposeAsync();

    public ValueTask<Stream> OpenReadAsync(string location, CancellationToken cancellationToken) => For(location).OpenReadAsync(location, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> TryReadAsync(string location, CancellationToken cancellationToken) =>
        For(location).TryReadAsync(location, cancellationToken);

    public ValueTask<StorageWriter> CreateAsync(string location, CancellationToken cancellationToken) => For(location).CreateAsync(location, cancellationToken);

    public ValueTask<bool> TryCreateAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        For(location).TryCreateAsync(location, content, cancellationToken);

    public ValueTask WriteAsync(string location, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        For(location).WriteAsync(location, content, cancellationToken);

    public async ValueTask DeleteAsync(IReadOnlyCollection<string> locations, CancellationToken cancellationToken)
    {
        List<SessionizeException> failures = [];
        foreach (IGrouping<IFileStorage, string> group in locations.GroupBy(For))
        {
            try
            {
                await group.Key.DeleteAsync([.. group], cancellationToken).ConfigureAwait(false);
            }
            catch (SessionizeException failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count > 0)
        {
            throw failures[0];
        }
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredFile file in For(folder).ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            yield return file;
        }
    }
}
