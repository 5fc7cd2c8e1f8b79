namespace Sessionize.Storage;

/// <summary>Makes the storage of local files, for paths and <c>file:</c> URIs. Safe for use by several threads.</summary>
public sealed class LocalFileStorageFactory : IFileStorageFactory
{
    /// <inheritdoc/>
    public bool Handles(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return FileLocations.IsLocal(location);
    }

    /// <summary>Makes a storage. No setting means anything here.</summary>
    /// <param name="properties">Passed over.</param>
    /// <param name="refresh">Passed over.</param>
    /// <returns>The storage.</returns>
    public IFileStorage Create(
        IReadOnlyDictionary<string, string> properties, Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh) =>
        new LocalFileStorage();
}
