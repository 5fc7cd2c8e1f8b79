using System.Globalization;

namespace Sessionize.Iceberg.Metadata;

/// <summary>The settings of a table that this program honours, with Iceberg's defaults where the table says nothing.</summary>
/// <remarks>A value is looked at when it is asked for; one that is none throws a <see cref="SessionizeException"/> with the setting and the remedy.</remarks>
/// <param name="values">The table's settings.</param>
internal sealed class TableProperties(IReadOnlyDictionary<string, string> values)
{
    private const int Megabyte = 1024 * 1024;
    private const int DayMs = 24 * 60 * 60 * 1000;

    /// <summary>The settings of a table.</summary>
    public TableProperties(TableMetadata table)
        : this(table.Properties)
    {
    }

    /// <summary>How many earlier metadata files the log names; at least 1.</summary>
    public int MetadataPreviousVersionsMax => Math.Max(1, Int(Names.MetadataPreviousVersionsMax, 100, least: 0));

    /// <summary>Whether metadata files that left the log are deleted.</summary>
    public bool DeleteMetadataAfterCommit => Boolean(Names.MetadataDeleteAfterCommit, whereNone: false);

    /// <summary>Whether metadata files are compressed with gzip.</summary>
    public bool CompressMetadata => Choice(Names.MetadataCompression, "none", "none", "gzip") == "gzip";

    /// <summary>Where metadata files are written; <see langword="null"/>: <c>metadata</c> under the table's location.</summary>
    public string? MetadataLocation => Location(Names.MetadataLocation);

    /// <summary>Where data files are written; <see langword="null"/>: <c>data</c> under the table's location.</summary>
    public string? DataLocation => Location(Names.DataLocation);

    /// <summary>How often a commit that lost its race is tried again.</summary>
    public int CommitRetries => Int(Names.CommitRetries, 4, least: 0);

    /// <summary>The shortest wait before a commit is tried again.</summary>
    public TimeSpan CommitMinRetryWait => Milliseconds(Names.CommitMinRetryWait, 100);

    /// <summary>The longest wait before a commit is tried again.</summary>
    public TimeSpan CommitMaxRetryWait => Milliseconds(Names.CommitMaxRetryWait, 60_000);

    /// <summary>How long a commit is tried again altogether.</summary>
    public TimeSpan CommitTotalRetryTime => Milliseconds(Names.CommitTotalRetryTime, 30 * 60_000);

    /// <summary>How often a commit of unknown outcome is looked for.</summary>
    public int CommitStatusChecks => Int(Names.CommitStatusChecks, 3, least: 0);

    /// <summary>The length in bytes up to which manifests are merged.</summary>
    public long ManifestTargetSize => Long(Names.ManifestTargetSize, 8 * Megabyte, least: 1);

    /// <summary>How many small manifests are gathered before they are merged.</summary>
    public int ManifestMinCountToMerge => Int(Names.ManifestMinCountToMerge, 100, least: 0);

    /// <summary>Whether small manifests are merged at commits.</summary>
    public bool ManifestMergeEnabled => Boolean(Names.ManifestMergeEnabled, whereNone: true);

    /// <summary>The length in bytes that data files are made for.</summary>
    public long TargetFileSize => Long(Names.TargetFileSize, 512 * Megabyte, least: 1);

    /// <summary>The format of data files, in lower case.</summary>
    public string FileFormat => Text(Names.FileFormat, "parquet").ToLowerInvariant();

    /// <summary>The length in bytes that row groups are made for.</summary>
    public long ParquetRowGroupSize => Long(Names.ParquetRowGroupSize, 128 * Megabyte, least: 1);

    /// <summary>The length in bytes that pages are made for.</summary>
    public int ParquetPageSize => Int(Names.ParquetPageSize, Megabyte, least: 1);

    /// <summary>The rows that a page has at most.</summary>
    public int ParquetPageRows => Int(Names.ParquetPageRows, 20_000, least: 1);

    /// <summary>The length in bytes of a dictionary, above which values are written plain.</summary>
    public int ParquetDictionarySize => Int(Names.ParquetDictionarySize, 2 * Megabyte, least: 1);

    /// <summary>The compression of data files, in lower case.</summary>
    public string ParquetCompression =>
        Choice(Names.ParquetCompression, "zstd", "zstd", "gzip", "snappy", "lz4", "brotli", "lzo", "uncompressed", "none");

    /// <summary>The level of the compression; <see langword="null"/>: that of the codec.</summary>
    public int? ParquetCompressionLevel => values.ContainsKey(Names.ParquetCompressionLevel) ? Int(Names.ParquetCompressionLevel, 0, int.MinValue) : null;

    /// <summary>What manifests keep of columns without a setting of their own: <c>none</c>, <c>counts</c>, <c>truncate(16)</c> or <c>full</c>.</summary>
    public string MetricsDefault => Text(Names.MetricsDefault, "truncate(16)");

    /// <summary>How many columns get metrics by default, as Iceberg counts them.</summary>
    public int MetricsMaxColumns => Int(Names.MetricsMaxColumns, 100, least: 0);

    /// <summary>The age up to which expiry keeps snapshots.</summary>
    public TimeSpan MaxSnapshotAge => Milliseconds(Names.MaxSnapshotAge, 5 * DayMs);

    /// <summary>The snapshots that expiry keeps in any case.</summary>
    public int MinSnapshotsToKeep => Int(Names.MinSnapshotsToKeep, 1, least: 1);

    /// <summary>The age after which expiry removes branches and tags.</summary>
    public TimeSpan MaxRefAge => Milliseconds(Names.MaxRefAge, long.MaxValue);

    /// <summary>Whether files that nothing refers to any more may be deleted.</summary>
    public bool IsGarbageCollected => Boolean(Names.GarbageCollection, whereNone: true);

    /// <summary>How other names than ids are matched to columns in data files without ids, as JSON.</summary>
    public string? NameMapping => values.GetValueOrDefault(Names.NameMapping);

    /// <summary>What manifests keep of a column: its own setting, or the default.</summary>
    public string MetricsOf(string column) => Text(Names.MetricsOfColumn + column, MetricsDefault);

    /// <summary>Whether a column gets a Bloom filter.</summary>
    public bool HasBloomFilter(string column) => Boolean(Names.BloomFilterOfColumn + column, whereNone: false);

    private string Text(string name, string whereNone) => values.GetValueOrDefault(name) is { Length: > 0 } value ? value : whereNone;

    private string? Location(string name) => values.GetValueOrDefault(name) is { Length: > 0 } value ? value.TrimEnd('/') : null;

    private int Int(string name, int whereNone, int least) => (int)Number(name, whereNone, least, int.MaxValue);

    private long Long(string name, long whereNone, long least) => Number(name, whereNone, least, long.MaxValue);

    private long Number(string name, long whereNone, long least, long most) => !values.TryGetValue(name, out string? text)
        ? whereNone
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most
            ? number
            : throw Bad(name, text, least > int.MinValue ? $"a whole number from {least} on" : "a whole number");

    private TimeSpan Milliseconds(string name, long whereNone) =>
        TimeSpan.FromMilliseconds(Math.Min(Number(name, whereNone, 0, long.MaxValue), (long)TimeSpan.MaxValue.TotalMilliseconds - 1));

    private bool Boolean(string name, bool whereNone) => !values.TryGetValue(name, out string? text)
        ? whereNone
        : bool.TryParse(text, out bool value)
            ? value
            : throw Bad(name, text, "true or false");

    private string Choice(string name, string whereNone, params ReadOnlySpan<string> choices)
    {
        string value = Text(name, whereNone).ToLowerInvariant();
        return choices.Contains(value) ? value : throw Bad(name, value, $"one of {string.Join(", ", choices!)}");
    }

    private static SessionizeException Bad(string name, string value, string expected) =>
        new($"The table's property '{name}' is '{value}'; it has to be {expected}. Set it right, or remove it.");

    /// <summary>The names of the settings.</summary>
    public static class Names
    {
        /// <summary>See <see cref="TableProperties.MetadataPreviousVersionsMax"/>.</summary>
        public const string MetadataPreviousVersionsMax = "write.metadata.previous-versions-max";

        /// <summary>See <see cref="TableProperties.DeleteMetadataAfterCommit"/>.</summary>
        public const string MetadataDeleteAfterCommit = "write.metadata.delete-after-commit.enabled";

        /// <summary>See <see cref="TableProperties.CompressMetadata"/>.</summary>
        public const string MetadataCompression = "write.metadata.compression-codec";

        /// <summary>See <see cref="TableProperties.MetadataLocation"/>.</summary>
        public const string MetadataLocation = "write.metadata.path";

        /// <summary>See <see cref="TableProperties.DataLocation"/>.</summary>
        public const string DataLocation = "write.data.path";

        /// <summary>See <see cref="TableProperties.CommitRetries"/>.</summary>
        public const string CommitRetries = "commit.retry.num-retries";

        /// <summary>See <see cref="TableProperties.CommitMinRetryWait"/>.</summary>
        public const string CommitMinRetryWait = "commit.retry.min-wait-ms";

        /// <summary>See <see cref="TableProperties.CommitMaxRetryWait"/>.</summary>
        public const string CommitMaxRetryWait = "commit.retry.max-wait-ms";

        /// <summary>See <see cref="TableProperties.CommitTotalRetryTime"/>.</summary>
        public const string CommitTotalRetryTime = "commit.retry.total-timeout-ms";

        /// <summary>See <see cref="TableProperties.CommitStatusChecks"/>.</summary>
        public const string CommitStatusChecks = "commit.status-check.num-retries";

        /// <summary>See <see cref="TableProperties.ManifestTargetSize"/>.</summary>
        public const string ManifestTargetSize = "commit.manifest.target-size-bytes";

        /// <summary>See <see cref="TableProperties.ManifestMinCountToMerge"/>.</summary>
        public const string ManifestMinCountToMerge = "commit.manifest.min-count-to-merge";

        /// <summary>See <see cref="TableProperties.ManifestMergeEnabled"/>.</summary>
        public const string ManifestMergeEnabled = "commit.manifest-merge.enabled";

        /// <summary>See <see cref="TableProperties.TargetFileSize"/>.</summary>
        public const string TargetFileSize = "write.target-file-size-bytes";

        /// <summary>See <see cref="TableProperties.FileFormat"/>.</summary>
        public const string FileFormat = "write.format.default";

        /// <summary>See <see cref="TableProperties.ParquetRowGroupSize"/>.</summary>
        public const string ParquetRowGroupSize = "write.parquet.row-group-size-bytes";

        /// <summary>See <see cref="TableProperties.ParquetPageSize"/>.</summary>
        public const string ParquetPageSize = "write.parquet.page-size-bytes";

        /// <summary>See <see cref="TableProperties.ParquetPageRows"/>.</summary>
        public const string ParquetPageRows = "write.parquet.page-row-limit";

        /// <summary>See <see cref="TableProperties.ParquetDictionarySize"/>.</summary>
        public const string ParquetDictionarySize = "write.parquet.dict-size-bytes";

        /// <summary>See <see cref="TableProperties.ParquetCompression"/>.</summary>
        public const string ParquetCompression = "write.parquet.compression-codec";

        /// <summary>See <see cref="TableProperties.ParquetCompressionLevel"/>.</summary>
        public const string ParquetCompressionLevel = "write.parquet.compression-level";

        /// <summary>See <see cref="TableProperties.MetricsDefault"/>.</summary>
        public const string MetricsDefault = "write.metadata.metrics.default";

        /// <summary>See <see cref="TableProperties.MetricsMaxColumns"/>.</summary>
        public const string MetricsMaxColumns = "write.metadata.metrics.max-inferred-column-defaults";

        /// <summary>See <see cref="MetricsOf"/>; followed by the column.</summary>
        public const string MetricsOfColumn = "write.metadata.metrics.column.";

        /// <summary>See <see cref="HasBloomFilter"/>; followed by the column.</summary>
        public const string BloomFilterOfColumn = "write.parquet.bloom-filter-enabled.column.";

        /// <summary>See <see cref="TableProperties.MaxSnapshotAge"/>.</summary>
        public const string MaxSnapshotAge = "history.expire.max-snapshot-age-ms";

        /// <summary>See <see cref="TableProperties.MinSnapshotsToKeep"/>.</summary>
        public const string MinSnapshotsToKeep = "history.expire.min-snapshots-to-keep";

        /// <summary>See <see cref="TableProperties.MaxRefAge"/>.</summary>
        public const string MaxRefAge = "history.expire.max-ref-age-ms";

        /// <summary>See <see cref="IsGarbageCollected"/>.</summary>
        public const string GarbageCollection = "gc.enabled";

        /// <summary>See <see cref="TableProperties.NameMapping"/>.</summary>
        public const string NameMapping = "schema.name-mapping.default";

        /// <summary>The format version of a table to be created; never kept.</summary>
        public const string FormatVersion = "format-version";
    }
}
