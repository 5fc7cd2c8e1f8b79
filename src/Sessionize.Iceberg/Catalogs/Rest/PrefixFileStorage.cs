using System.Runtime.CompilerServices;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>One storage whose files belong to several by the beginnings of their locations, as a server gives credentials for each. The longest counts.</summary>
/// <param name="storages">The storages by the beginnings; closed with it.</param>
/// <param name="elsewhere">The storage of other locations; closed with it.</param>
internal sealed class PrefixFileStorage(IReadOnlyDictionary<string, IFileStorage> storages, IFileStorage elsewhere) : IFileStorage
{
    private readonly (string Prefix, IFileStorage Storage)[] _storages =
        [.. storages.OrderByDescending(pair => pair.Key.Length).Select(pair => (pair.Key, pair.Value))];

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
        SessionizeException? first = null;
        foreach (IGrouping<IFileStorage, string> group in locations.GroupBy(For))
        {
            try
            {
                await group.Key.DeleteAsync([.. group], cancellationToken).ConfigureAwait(false);
            }
            catch (SessionizeException failure)
            {
                first ??= failure;
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredFile file in For(folder).ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            yield return file;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((_, IFileStorage storage) in _storages)
        {
            await storage.DisposeAsync().ConfigureAwait(false);
        }

        await elsewhere.DisposeAsync().ConfigureAwait(false);
    }

    private IFileStorage For(string location) =>
        Array.Find(_storages, candidate => location.StartsWith(candidate.Prefix, StringComparison.Ordinal)).Storage ?? elsewhere;
}
