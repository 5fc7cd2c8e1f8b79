using Sessionize.Storage;

namespace Sessionize;

/// <summary>Where a pipeline keeps its state as files; bound from the section <c>State</c> of the pipeline's configuration.</summary>
/// <remarks>Read when the pipeline runs. Not thread-safe.</remarks>
public sealed class FileStateOptions
{
    /// <summary>The folder of this pipeline's state, and of no other's: a path or a URI, such as <c>s3://bucket/state/clicks</c>. It is made when it is first needed.</summary>
    /// <value><see langword="null"/> by default: state is kept in memory and ends with the process.</value>
    public string? Location { get; set; }

    /// <summary>Settings of the storage by their standard names, such as <c>s3.endpoint</c>.</summary>
    /// <value>Empty by default.</value>
    public IDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Makes the storage of a location that is not local, such as that of <c>Sessionize.S3</c>.</summary>
    /// <value>Empty by default: local files, and what the container has as <see cref="IFileStorageFactory"/>.</value>
    public IList<IFileStorageFactory> Storages { get; init; } = [];
}
