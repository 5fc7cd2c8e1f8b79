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

    /// <summary>How often a commit that lost its race is tried again.</summary>
    public int CommitRetries => Int(Names.CommitRetries, 4, least: 0);

    /// <summary>The shortest wait before a commit is tried again.</summary>
    public TimeSpan CommitMinRetryWait => Milliseconds(Names.CommitMinRetryWait, 100);

    /// <summary>The longest wait before a commit is tried again.</summary>
    public TimeSpan CommitMaxRetryWait => Milliseconds(Names.CommitMaxRetryWait, 60_000);

    /// <summary>How long a commit is tried again altogether.</summary>
    public TimeSpan CommitTotalRetryTime => Milliseconds(Names.CommitTotalRetryTime, 30 * 60_000);

    /// <summary>The length in bytes up to which manifests are merged.</summary>
    public long ManifestTargetSize => Long(Names.ManifestTargetSize, 8 * Megabyte, least: 1);

    /// <summary>How many small manifests are gathered before they are merged.</summary>
    public int ManifestMinCountToMerge => Int(Names.ManifestMinCountToMerge, 100, least: 0);

    /// <summary>Whether small manifests are merged at commits.</summary>
    public bool ManifestMergeEnabled => Boolean(Names.ManifestMergeEnabled, whereNone: true);

    /// <summary>The age up to which expiry keeps snapshots.</summary>
    public TimeSpan MaxSnapshotAge => Milliseconds(Names.MaxSnapshotAge, 5 * DayMs);

    /// <summary>The snapshots that expiry keeps in any case.</summary>
    public int MinSnapshotsToKeep => Int(Names.MinSnapshotsToKeep, 1, least: 1);

    /// <summary>The age after which expiry removes branches and tags.</summary>
    public TimeSpan MaxRefAge => Milliseconds(Names.MaxRefAge, long.MaxValue);

    /// <summary>Whether files that nothing refers to any more may be deleted.</summary>
    public bool IsGarbageCollected => Boolean(Names.GarbageCollection, whereNone: true);

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

        /// <summary>See <see cref="TableProperties.CommitRetries"/>.</summary>
        public const string CommitRetries = "commit.retry.num-retries";

        /// <summary>See <see cref="TableProperties.CommitMinRetryWait"/>.</summary>
        public const string CommitMinRetryWait = "commit.retry.min-wait-ms";

        /// <summary>See <see cref="TableProperties.CommitMaxRetryWait"/>.</summary>
        public const string CommitMaxRetryWait = "commit.retry.max-wait-ms";

        /// <summary>See <see cref="TableProperties.CommitTotalRetryTime"/>.</summary>
        public const string CommitTotalRetryTime = "commit.retry.total-timeout-ms";

        /// <summary>See <see cref="TableProperties.ManifestTargetSize"/>.</summary>
        public const string ManifestTargetSize = "commit.manifest.target-size-bytes";

        /// <summary>See <see cref="TableProperties.ManifestMinCountToMerge"/>.</summary>
        public const string ManifestMinCountToMerge = "commit.manifest.min-count-to-merge";

        /// <summary>See <see cref="TableProperties.ManifestMergeEnabled"/>.</summary>
        public const string ManifestMergeEnabled = "commit.manifest-merge.enabled";

        /// <summary>See <see cref="TableProperties.MaxSnapshotAge"/>.</summary>
        public const string MaxSnapshotAge = "history.expire.max-snapshot-age-ms";

        /// <summary>See <see cref="TableProperties.MinSnapshotsToKeep"/>.</summary>
        public const string MinSnapshotsToKeep = "history.expire.min-snapshots-to-keep";

        /// <summary>See <see cref="TableProperties.MaxRefAge"/>.</summary>
        public const string MaxRefAge = "history.expire.max-ref-age-ms";

        /// <summary>See <see cref="IsGarbageCollected"/>.</summary>
        public const string GarbageCollection = "gc.enabled";

        /// <summary>The format version of a table to be created; never kept.</summary>
        public const string FormatVersion = "format-version";
    }
}
