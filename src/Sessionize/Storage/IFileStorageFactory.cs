namespace Sessionize.Storage;

/// <summary>Makes the storage for locations of certain schemes. Safe for use by several threads.</summary>
public interface IFileStorageFactory
{
    /// <summary>Whether the storages made here read a location.</summary>
    /// <param name="location">The location.</param>
    /// <returns>Whether its scheme is one of theirs.</returns>
    bool Handles(string location);

    /// <summary>Makes a storage; nothing is connected to before its first use.</summary>
    /// <param name="properties">Settings by their standard names, such as <c>s3.endpoint</c>; names that mean nothing here are passed over.</param>
    /// <param name="refresh">Asks for the settings anew, when credentials among them expire; <see langword="null"/>: they do not.</param>
    /// <returns>The storage.</returns>
    /// <exception cref="ArgumentException">A setting has a value that cannot be used.</exception>
    IFileStorage Create(
        IReadOnlyDictionary<string, string> properties, Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh);
}
