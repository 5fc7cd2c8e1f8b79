using Sessionize.Storage;

namespace Sessionize.Testing.Contracts;

/// <summary>Where a storage under test keeps files: a folder, a bucket.</summary>
/// <param name="Open">Makes another instance of the storage over the place, as another process would.</param>
/// <param name="Folder">The location of an empty folder, without a slash at the end. It need not exist yet.</param>
public sealed record FileStoragePlace(Func<IFileStorage> Open, string Folder);
