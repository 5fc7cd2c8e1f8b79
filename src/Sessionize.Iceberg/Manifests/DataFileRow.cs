namespace Sessionize.Iceberg.Manifests;

/// <summary>The fields of a data file as they come in a manifest, in whatever order.</summary>
internal struct DataFileRow
{
    /// <summary>What it holds.</summary>
    public int? Content { get; set; }

    /// <summary>Where it lies.</summary>
    public string? Path { get; set; }

    /// <summary>The format, in capitals.</summary>
    public string? Format { get; set; }

    /// <summary>Its partition.</summary>
    public PartitionKey? Partition { get; set; }

    /// <summary>The rows.</summary>
    public long? Records { get; set; }

    /// <summary>The length in bytes.</summary>
    public long? Size { get; set; }

    /// <summary>The bytes of each column.</summary>
    public FieldMap<long>? ColumnSizes { get; set; }

    /// <summary>The values of each column.</summary>
    public FieldMap<long>? ValueCounts { get; set; }

    /// <summary>The nulls of each column.</summary>
    public FieldMap<long>? NullCounts { get; set; }

    /// <summary>The values that are no numbers, of each column.</summary>
    public FieldMap<long>? NanCounts { get; set; }

    /// <summary>The lower bounds.</summary>
    public FieldMap<byte[]>? Lower { get; set; }

    /// <summary>The upper bounds.</summary>
    public FieldMap<byte[]>? Upper { get; set; }

    /// <summary>How an encrypted file is opened.</summary>
    public byte[]? KeyMetadata { get; set; }

    /// <summary>Where readers may split it.</summary>
    public long[]? SplitOffsets { get; set; }

    /// <summary>Of equality deletes the columns compared.</summary>
    public long[]? EqualityIds { get; set; }

    /// <summary>The order of its rows.</summary>
    public int? SortOrder { get; set; }

    /// <summary>The data file that deletes are of.</summary>
    public string? Referenced { get; set; }

    /// <summary>Puts the fields together.</summary>
    public readonly DataFile ToFile(ref AvroDecoder block, int specId) => new()
    {
        Content = Content switch
        {
            null or 0 => FileContent.Data,
            1 => FileContent.PositionDeletes,
            2 => FileContent.EqualityDeletes,
            _ => throw block.Damaged($"a file has the content {Content}"),
        },
        FilePath = Path ?? throw block.Damaged("a file has no path"),
        FileFormat = Format is { Length: > 0 } format ? format : throw block.Damaged($"the file {Path} has no format"),
        SpecId = specId,
        Partition = Partition ?? PartitionKey.None,
        RecordCount = Records is >= 0 ? Records.Value : throw block.Damaged($"the file {Path} has {Records} rows"),
        FileSizeInBytes = Size is >= 0 ? Size.Value : throw block.Damaged($"the file {Path} has {Size} bytes"),
        ColumnSizes = ColumnSizes,
        ValueCounts = ValueCounts,
        NullValueCounts = NullCounts,
        NanValueCounts = NanCounts,
        LowerBounds = Lower,
        UpperBounds = Upper,
        KeyMetadata = KeyMetadata,
        SplitOffsets = SplitOffsets,
        EqualityIds = EqualityIds is null ? null : ToInts(EqualityIds, ref block),
        SortOrderId = SortOrder,
        ReferencedDataFile = Referenced,
    };

    private static int[] ToInts(long[] numbers, ref AvroDecoder block)
    {
        int[] ints = new int[numbers.Length];
        for (int index = 0; index < ints.Length; index++)
        {
            ints[index] = (int)numbers[index] == numbers[index] ? (int)numbers[index] : throw block.Damaged($"a field id is {numbers[index]}");
        }

        return ints;
    }
}
