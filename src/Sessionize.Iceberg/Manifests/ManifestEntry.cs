namespace Sessionize.Iceberg.Manifests;

/// <summary>A file in a manifest. Immutable.</summary>
/// <param name="Status">What the snapshot did with it.</param>
/// <param name="SnapshotId">The snapshot that did; as read, what is inherited from the manifest is filled in.</param>
/// <param name="SequenceNumber">The number of the commit whose rows they are; <see langword="null"/> in a new entry: that of the commit to come.</param>
/// <param name="FileSequenceNumber">The number of the commit that added the file.</param>
/// <param name="File">The file.</param>
internal sealed record ManifestEntry(EntryStatus Status, long? SnapshotId, long? SequenceNumber, long? FileSequenceNumber, DataFile File)
{
    /// <summary>Whether readers read it.</summary>
    public bool IsLive => Status != EntryStatus.Deleted;
}
