namespace Sessionize.Iceberg.Reading;

/// <summary>What a scan looks at, of what there is. The row groups are counted as files are opened.</summary>
internal sealed class ScanCounts
{
    /// <summary>The manifests of data files that are read.</summary>
    public int Manifests { get; set; }

    /// <summary>Those of the snapshot.</summary>
    public int ManifestsTotal { get; set; }

    /// <summary>The data files that are opened.</summary>
    public int Files { get; set; }

    /// <summary>Those of the snapshot.</summary>
    public long FilesTotal { get; set; }

    /// <summary>The bytes of the data files that are opened.</summary>
    public long Bytes { get; set; }

    /// <summary>Those of the snapshot; of manifests that were not read as the snapshot's summary has it.</summary>
    public long BytesTotal { get; set; }

    /// <summary>The rows of the data files that are opened, deleted ones included.</summary>
    public long Rows { get; set; }

    /// <summary>The delete files that belong to them.</summary>
    public int DeleteFiles { get; set; }

    /// <summary>The row groups that were read.</summary>
    public int RowGroups { get; set; }

    /// <summary>Those of the files that were opened.</summary>
    public int RowGroupsTotal { get; set; }

    /// <summary>The compressed bytes of the columns that were read.</summary>
    public long ColumnBytes { get; set; }
}
