using Sessionize.Storage;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>One storage whose files belong to several by the beginnings of their locations, as a server gives credentials for each. The longest counts.</summary>
/// <param name="storages">The storages by the beginnings; closed with it.</param>
/// <param name="elsewhere">The storage of other locations; closed with it.</param>
internal sealed class PrefixFileStorage(IReadOnlyDictionary<string, IFileStorage> storages, IFileStorage elsewhere) : RoutedFileStorage
{
    private readonly (string Prefix, IFileStorage Storage)[] _storages =
        [.. storages.OrderByDescending(pair => pair.Key.Length).Select(pair => (pair.Key, pair.Value))];

    public override async ValueTask DisposeAsync()
    {
        foreach ((_, IFileStorage storage) in _storages)
        {
            await storage.DisposeAsync().ConfigureAwait(false);
        }

        await elsewhere.DisposeAsync().ConfigureAwait(false);
    }

    public override IFileStorage For(string location) =>
        Array.Find(_storages, candidate => location.StartsWith(candidate.Prefix, StringComparison.Ordinal)).Storage ?? elsewhere;
}
