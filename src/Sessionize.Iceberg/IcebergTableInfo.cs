namespace Sessionize.Iceberg;

/// <summary>What a table is, and how large.</summary>
/// <remarks>As of the moment when the table was opened. Immutable, and safe for use by several threads.</remarks>
public sealed record IcebergTableInfo
{
    /// <summary>Its name, with its namespace: <c>sessions.user_sessions</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The UUID that it keeps for life, also when it is renamed.</summary>
    public required string Uuid { get; init; }

    /// <summary>The version of Iceberg's format: 1 or 2.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The URI of its folder.</summary>
    public required string Location { get; init; }

    /// <summary>Where its metadata was read, if the catalog tells.</summary>
    public string? MetadataLocation { get; init; }

    /// <summary>When its metadata was written last.</summary>
    public required DateTimeOffset LastUpdated { get; init; }

    /// <summary>The columns, in order.</summary>
    public required IReadOnlyList<IcebergColumnInfo> Columns { get; init; }

    /// <summary>How new rows are spread over files: <c>session_date</c>, <c>bucket[16](uuid)</c>; empty: not at all.</summary>
    public required IReadOnlyList<string> PartitionedBy { get; init; }

    /// <summary>How new files are ordered: <c>uuid asc nulls first</c>; empty: not at all.</summary>
    public required IReadOnlyList<string> SortedBy { get; init; }

    /// <summary>The table's settings, its <c>TBLPROPERTIES</c>.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>The snapshot that readers read; <see langword="null"/> of an empty table.</summary>
    public IcebergSnapshotInfo? CurrentSnapshot { get; init; }

    /// <summary>The number of snapshots that are kept.</summary>
    public required int Snapshots { get; init; }

    /// <summary>The number of data files of the current snapshot.</summary>
    public required int DataFiles { get; init; }

    /// <summary>The number of delete files of the current snapshot.</summary>
    public required int DeleteFiles { get; init; }

    /// <summary>The rows of its data files, deleted ones included.</summary>
    public required long Rows { get; init; }

    /// <summary>The length of its data files together, in bytes as they are stored.</summary>
    public required long Bytes { get; init; }

    /// <summary>Its partitions, in the order of their values.</summary>
    public required IReadOnlyList<IcebergPartitionInfo> Partitions { get; init; }

    /// <summary>How users are spread over buckets; <see langword="null"/>, if that was not asked for, or the table has no such columns.</summary>
    public UsersPerBucket? UsersPerBucket { get; init; }

    /// <summary>The pipelines of this library that commit to it; empty, if only batch runs and others do.</summary>
    public required IReadOnlyList<IcebergPipelineInfo> Pipelines { get; init; }
}
