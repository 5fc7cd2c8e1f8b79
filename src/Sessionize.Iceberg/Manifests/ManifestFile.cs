namespace Sessionize.Iceberg.Manifests;

/// <summary>What a manifest list says of a manifest (Iceberg spec, "Manifest Lists"). Immutable.</summary>
internal sealed record ManifestFile
{
    /// <summary>Where it lies.</summary>
    public required string Path { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>The spec of its files.</summary>
    public required int SpecId { get; init; }

    /// <summary>What its files hold.</summary>
    public ManifestContent Content { get; init; } = ManifestContent.Data;

    /// <summary>The number of the commit that wrote it; <see langword="null"/> of a new one: that of the commit to come.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>The least number of its live files; <see langword="null"/> of a new one: that of the commit to come.</summary>
    public long? MinSequenceNumber { get; init; }

    /// <summary>The snapshot that wrote it.</summary>
    public required long AddedSnapshotId { get; init; }

    /// <summary>Files that came with it; <see langword="null"/>: not told (version 1).</summary>
    public int? AddedFilesCount { get; init; }

    /// <summary>Files that were there before.</summary>
    public int? ExistingFilesCount { get; init; }

    /// <summary>Files that left with it.</summary>
    public int? DeletedFilesCount { get; init; }

    /// <summary>Rows of files that came with it.</summary>
    public long? AddedRowsCount { get; init; }

    /// <summary>Rows of files that were there before.</summary>
    public long? ExistingRowsCount { get; init; }

    /// <summary>Rows of files that left with it.</summary>
    public long? DeletedRowsCount { get; init; }

    /// <summary>One for each field of the spec; <see langword="null"/>: not told.</summary>
    public IReadOnlyList<FieldSummary>? Partitions { get; init; }

    /// <summary>How an encrypted manifest is opened.</summary>
    public byte[]? KeyMetadata { get; init; }
}
