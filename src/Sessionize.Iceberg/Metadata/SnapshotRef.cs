namespace Sessionize.Iceberg.Metadata;

/// <summary>A branch or tag.</summary>
/// <param name="SnapshotId">The snapshot that it names.</param>
/// <param name="IsBranch">A branch moves on with commits; a tag stays.</param>
internal sealed record SnapshotRef(long SnapshotId, bool IsBranch)
{
    /// <summary>The name of the branch that readers read.</summary>
    public const string Main = "main";

    /// <summary>Of a branch the least number of snapshots that expiry keeps.</summary>
    public int? MinSnapshotsToKeep { get; init; }

    /// <summary>Of a branch the age in milliseconds up to which expiry keeps snapshots.</summary>
    public long? MaxSnapshotAgeMs { get; init; }

    /// <summary>The age in milliseconds after which expiry removes the name.</summary>
    public long? MaxRefAgeMs { get; init; }
}
