using System.Runtime.CompilerServices;

namespace Sessionize.Storage;

/// <summary>One storage for locations of all schemes that the factories know; each is made when its first location comes.</summary>
/// <param name="factories">Makes the storages; the first that handles a location is taken. Local files need none.</param>
/// <param name="properties">Settings of all of them.</param>
/// <param name="refresh">Asks for the settings anew.</param>
internal sealed class SchemeFileStorage(
    IEnumerable<IFileStorageFactory> factories,
    IReadOnlyDictionary<string, string> properties,
    Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh = null) : IProbedFileStorage
{
    private readonly IFileStorageFactory[] _factories = [.. factories, new LocalFileStorageFactory()];
    private readonly Dictionary<IFileStorageFactory, IFileStorage> _storages = [];
    private readonly Lock _lock = new();

    /// <summary>The storage that reads a location.</summary>
    /// <exception cref="SessionizeException">There is none.</exception>
    public IFileStorage For(string location)
    {
        IFileStorageFactory factory = _factories.FirstOrDefault(candidate => candidate.Handles(location)) ?? throw new SessionizeException(
            $"There is no storage for '{location}': add one for '{FileLocations.Scheme(location)}:' to Storages"
                + $"{(FileLocations.IsS3(location) ? ", such as S3FileStorageFactory of the package Sessionize.S3" : "")}, or name a local folder.");
        lock (_lock)
        {
            return _storages.TryGetValue(factory, out IFileStorage? storage) ? storage : _storages[factory] = factory.Create(properties, refresh);
        }
    }

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

    public ValueTask ProbeConditionalWritesAsync(string folder, CancellationToken cancellationToken) =>
        For(folder) is IProbedFileStorage probed ? probed.ProbeConditionalWritesAsync(folder, cancellationToken) : ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        IFileStorage[] storages;
        lock (_lock)
        {
            storages = [.. _storages.Values];
            _storages.Clear();
        }

        foreach (IFileStorage storage in storages)
        {
            await storage.DisposeAsync().ConfigureAwait(false);
        }
    }
}
