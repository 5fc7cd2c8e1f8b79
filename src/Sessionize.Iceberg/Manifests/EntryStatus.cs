namespace Sessionize.Iceberg.Manifests;

/// <summary>What a snapshot did with a file; the numbers are those of manifests.</summary>
internal enum EntryStatus
{
    /// <summary>It was there before.</summary>
    Existing = 0,

    /// <summary>It came with the entry's snapshot.</summary>
    Added = 1,

    /// <summary>It left with the entry's snapshot.</summary>
    Deleted = 2,
}
