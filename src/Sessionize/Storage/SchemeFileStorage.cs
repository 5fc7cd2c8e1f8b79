namespace Sessionize.Storage;

/// <summary>One storage for locations of all schemes that the factories know; each is made when its first location comes.</summary>
/// <param name="factories">Makes the storages; the first that handles a location is taken. Local files need none.</param>
/// <param name="properties">Settings of all of them.</param>
/// <param name="refresh">Asks for the settings anew.</param>
internal sealed class SchemeFileStorage(
    IEnumerable<IFileStorageFactory> factories,
    IReadOnlyDictionary<string, string> properties,
    Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh = null) : RoutedFileStorage, IProbedFileStorage
{
    private readonly IFileStorageFactory[] _factories = [.. factories, new LocalFileStorageFactory()];
    private readonly Dictionary<IFileStorageFactory, IFileStorage> _storages = [];
    private readonly Lock _lock = new();

    /// <summary>The storage that reads a location.</summary>
    /// <exception cref="SessionizeException">There is none.</exception>
    public override IFileStorage For(string location)
    {
        IFileStorageFactory factory = _factories.FirstOrDefault(candidate => candidate.Handles(location)) ?? throw new SessionizeException(
            $"There is no storage for '{location}': add one for '{FileLocations.Scheme(location)}:' to Storages"
                + $"{(FileLocations.IsS3(location) ? ", such as S3FileStorageFactory of the package Sessionize.S3" : "")}, or name a local folder.");
        lock (_lock)
        {
            return _storages.TryGetValue(factory, out IFileStorage? storage) ? storage : _storages[factory] = factory.Create(properties, refresh);
        }
    }

    public ValueTask ProbeConditionalWritesAsync(string folder, CancellationToken cancellationToken) =>
        For(folder) is IProbedFileStorage probed ? probed.ProbeConditionalWritesAsync(folder, cancellationToken) : ValueTask.CompletedTask;

    public override async ValueTask DisposeAsync()
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
