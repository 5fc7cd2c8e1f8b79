using Sessionize.Iceberg.Manifests;

namespace Sessionize.Iceberg.Auditing;

/// <summary>What the manifests of a snapshot say.</summary>
/// <param name="Manifests">The manifests, as the list has them.</param>
/// <param name="Entries">The files of those that could be read.</param>
/// <param name="IsWhole">Whether all could be read.</param>
internal sealed record SnapshotContent(IReadOnlyList<ManifestFile> Manifests, IReadOnlyList<ManifestEntry> Entries, bool IsWhole)
{
    /// <summary>The files that readers read.</summary>
    public IEnumerable<ManifestEntry> Live => Entries.Where(entry => entry.IsLive);
}
