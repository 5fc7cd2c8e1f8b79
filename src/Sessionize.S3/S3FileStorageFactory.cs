using Sessionize.Storage;

namespace Sessionize.S3;

/// <summary>Makes the storage of S3, for locations <c>s3://</c>, <c>s3a://</c> and <c>s3n://</c>.</summary>
/// <remarks>To be added to <c>IcebergTableOptions.Storages</c> and <see cref="FileStateOptions.Storages"/>, or to the container. Safe for use by several threads.</remarks>
public sealed class S3FileStorageFactory : IFileStorageFactory
{
    private readonly TimeProvider _clock;

    /// <summary>Creates a factory.</summary>
    /// <param name="clock">Tells when credentials expire; the system's clock, if none is given.</param>
    public S3FileStorageFactory(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public bool Handles(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return FileLocations.IsS3(location);
    }

    /// <inheritdoc/>
    public IFileStorage Create(
        IReadOnlyDictionary<string, string> properties, Func<CancellationToken, ValueTask<IReadOnlyDictionary<string, string>>>? refresh) =>
        new S3FileStorage(properties, refresh, _clock);
}
