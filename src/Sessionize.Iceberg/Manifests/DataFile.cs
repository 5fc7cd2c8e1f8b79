namespace Sessionize.Iceberg.Manifests;

/// <summary>What a manifest says of a data or delete file (Iceberg spec, "Data File Fields"). Immutable.</summary>
internal sealed record DataFile
{
    /// <summary>What it holds.</summary>
    public FileContent Content { get; init; } = FileContent.Data;

    /// <summary>Where it lies.</summary>
    public required string FilePath { get; init; }

    /// <summary>The format: <c>PARQUET</c>, <c>AVRO</c>, <c>ORC</c>, <c>PUFFIN</c>.</summary>
    public string FileFormat { get; init; } = "PARQUET";

    /// <summary>The spec by which it was written: that of its manifest.</summary>
    public required int SpecId { get; init; }

    /// <summary>Its partition: one value of each field of the spec, in order.</summary>
    public required PartitionKey Partition { get; init; }

    /// <summary>The rows.</summary>
    public required long RecordCount { get; init; }

    /// <summary>The length in bytes.</summary>
    public required long FileSizeInBytes { get; init; }

    /// <summary>The compressed bytes of each column, by field id; <see langword="null"/>: not told.</summary>
    public IReadOnlyDictionary<int, long>? ColumnSizes { get; init; }

    /// <summary>The values of each column, nulls included.</summary>
    public IReadOnlyDictionary<int, long>? ValueCounts { get; init; }

    /// <summary>The nulls of each column.</summary>
    public IReadOnlyDictionary<int, long>? NullValueCounts { get; init; }

    /// <summary>The values that are no numbers, of each column.</summary>
    public IReadOnlyDictionary<int, long>? NanValueCounts { get; init; }

    /// <summary>A value at or below all others of each column, in Iceberg's binary form.</summary>
    public IReadOnlyDictionary<int, byte[]>? LowerBounds { get; init; }

    /// <summary>A value at or above all others of each column, in Iceberg's binary form.</summary>
    public IReadOnlyDictionary<int, byte[]>? UpperBounds { get; init; }

    /// <summary>How an encrypted file is opened.</summary>
    public byte[]? KeyMetadata { get; init; }

    /// <summary>Where readers may split it.</summary>
    public IReadOnlyList<long>? SplitOffsets { get; init; }

    /// <summary>Of equality deletes the columns compared.</summary>
    public IReadOnlyList<int>? EqualityIds { get; init; }

    /// <summary>The order of its rows.</summary>
    public int? SortOrderId { get; init; }

    /// <summary>Of position deletes the only data file that they are of.</summary>
    public string? ReferencedDataFile { get; init; }
}
