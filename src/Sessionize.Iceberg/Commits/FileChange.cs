using Sessionize.Iceberg.Manifests;

namespace Sessionize.Iceberg.Commits;

/// <summary>The data files that a commit removes from the table as it is at one try, and what takes their place.</summary>
/// <param name="Removed">The files, by path.</param>
/// <param name="Manifests">The manifests that list them, by path, with all their entries.</param>
/// <param name="Added">The files that have what is to stay of them.</param>
internal sealed record FileChange(
    IReadOnlyDictionary<string, DataFile> Removed, IReadOnlyDictionary<string, IReadOnlyList<ManifestEntry>> Manifests, IReadOnlyList<DataFile> Added)
{
    /// <summary>Nothing is removed.</summary>
    public static FileChange None { get; } = new(new Dictionary<string, DataFile>(), new Dictionary<string, IReadOnlyList<ManifestEntry>>(), []);
}
