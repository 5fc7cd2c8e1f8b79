namespace Sessionize.Iceberg.Commits;

/// <summary>The names of the manifests and manifest lists of a commit; no other has them.</summary>
/// <param name="folder">Where they lie.</param>
internal sealed class MetadataFileNames(string folder)
{
    private readonly Guid _id = Guid.NewGuid();
    private int _manifests;
    private int _lists;

    /// <summary>The next manifest's.</summary>
    public string NextManifest() => $"{folder}/{_id}-m{_manifests++}.avro";

    /// <summary>The next manifest list's.</summary>
    public string NextList(long snapshotId) => $"{folder}/snap-{snapshotId}-{++_lists}-{_id}.avro";
}
