namespace Sessionize.Iceberg.Auditing;

/// <summary>The kinds of findings; scripts know them by these words.</summary>
internal static class AuditCodes
{
    /// <summary>Snapshots, branches and numbers of the metadata file do not hold together.</summary>
    public const string Metadata = "metadata";

    /// <summary>A manifest list is missing or damaged.</summary>
    public const string ManifestList = "manifest-list";

    /// <summary>A manifest is missing or damaged, or not as its list says.</summary>
    public const string Manifest = "manifest";

    /// <summary>A manifest list's counts are not those of the manifest.</summary>
    public const string ManifestCounts = "manifest-counts";

    /// <summary>A manifest list's partition summary does not cover a file.</summary>
    public const string PartitionSummary = "partition-summary";

    /// <summary>Numbers of commits do not follow each other.</summary>
    public const string SequenceNumber = "sequence-number";

    /// <summary>A file is in a snapshot twice.</summary>
    public const string DuplicateFile = "duplicate-file";

    /// <summary>A snapshot's summary is not what its manifests add up to.</summary>
    public const string SummaryTotal = "summary-total";

    /// <summary>A file that a snapshot names is not there.</summary>
    public const string FileMissing = "file-missing";

    /// <summary>A file has another length than its manifest says.</summary>
    public const string FileSize = "file-size";

    /// <summary>A file lies in the table's folder, and nothing names it.</summary>
    public const string OrphanFile = "orphan-file";

    /// <summary>What is recorded of a pipeline is missing or damaged: it will not start.</summary>
    public const string Pipeline = "pipeline";

    /// <summary>A file cannot be read.</summary>
    public const string FileUnreadable = "file-unreadable";

    /// <summary>A file has another number of rows than its manifest says.</summary>
    public const string RecordCount = "record-count";

    /// <summary>A column has another number of values than the manifest says.</summary>
    public const string ValueCount = "value-count";

    /// <summary>A column has another number of nulls than the manifest says.</summary>
    public const string NullCount = "null-count";

    /// <summary>A column has another number of NaNs than the manifest says.</summary>
    public const string NanCount = "nan-count";

    /// <summary>A value lies outside of a manifest's bounds.</summary>
    public const string ColumnBound = "column-bound";

    /// <summary>A value lies outside of a row group's bounds, or its footer counts other nulls.</summary>
    public const string RowGroupStatistics = "row-group-statistics";

    /// <summary>A row is in a file of another partition.</summary>
    public const string PartitionValue = "partition-value";

    /// <summary>A required column has a null.</summary>
    public const string RequiredNull = "required-null";

    /// <summary>Two live rows are one session.</summary>
    public const string DuplicateSession = "duplicate-session";
}
