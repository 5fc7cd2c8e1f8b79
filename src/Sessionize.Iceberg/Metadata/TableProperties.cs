using System.Globalization;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Reads the settings of a table, with Iceberg's defaults where the table says nothing.</summary>
/// <remarks>A value is looked at when it is asked for; one that is none throws a <see cref="SessionizeException"/> with the setting and the remedy.</remarks>
/// <param name="values">The table's settings.</param>
internal sealed class TableProperties(IReadOnlyDictionary<string, string> values)
{
    /// <summary>The name of the format version of a table to be created; never kept.</summary>
    public const string FormatVersion = "format-version";

    private const long Megabyte = 1024 * 1024;

    /// <summary>The settings of a table.</summary>
    public TableProperties(TableMetadata table)
        : this(table.Properties)
    {
    }

    /// <summary>How many earlier metadata files the log names; at least 1.</summary>
    public int MetadataPreviousVersionsMax => Math.Max(1, Int("write.metadata.previous-versions-max", 100, least: 0));

    /// <summary>Whether metadata files that left the log are deleted.</summary>
    public bool DeleteMetadataAfterCommit => Boolean("write.metadata.delete-after-commit.enabled", whereNone: false);

    /// <summary>Whether metadata files are compressed with gzip.</summary>
    public bool CompressMetadata => Choice("write.metadata.compression-codec", "none", "gzip") == "gzip";

    /// <summary>Where metadata files are written; <see langword="null"/>: <c>metadata</c> under the table's location.</summary>
    public string? MetadataLocation => Location("write.metadata.path");

    /// <summary>How often a commit that lost its race is tried again.</summary>
    public int CommitRetries => Int("commit.retry.num-retries", 4, least: 0);

    /// <summary>The shortest wait before a commit is tried again.</summary>
    public TimeSpan CommitMinRetryWait => Milliseconds("commit.retry.min-wait-ms", 100);

    /// <summary>The longest wait before a commit is tried again.</summary>
    public TimeSpan CommitMaxRetryWait => Milliseconds("commit.retry.max-wait-ms", 60_000);

    /// <summary>How long a commit is tried again altogether.</summary>
    public TimeSpan CommitTotalRetryTime => Milliseconds("commit.retry.total-timeout-ms", 30 * 60_000);

    /// <summary>The length in bytes up to which manifests are merged.</summary>
    public long ManifestTargetSize => Long("commit.manifest.target-size-bytes", 8 * Megabyte, least: 1);

    /// <summary>How many small manifests are gathered before they are merged.</summary>
    public int ManifestMinCountToMerge => Int("commit.manifest.min-count-to-merge", 100, least: 0);

    /// <summary>Whether small manifests are merged at commits.</summary>
    public bool ManifestMergeEnabled => Boolean("commit.manifest-merge.enabled", whereNone: true);

    /// <summary>A text; <see langword="null"/>: the table does not say.</summary>
    public string? Text(string name) => values.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>A folder, without a slash at its end; <see langword="null"/>: the table does not say.</summary>
    public string? Location(string name) => Text(name)?.TrimEnd('/');

    /// <summary>A whole number.</summary>
    public int Int(string name, int whereNone, int least, int most = int.MaxValue) => (int)Long(name, whereNone, least, most);

    /// <summary>A whole number.</summary>
    public long Long(string name, long whereNone, long least, long most = long.MaxValue) => !values.TryGetValue(name, out string? text)
        ? whereNone
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most
            ? number
            : throw Refused(name, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>True or false.</summary>
    public bool Boolean(string name, bool whereNone) => !values.TryGetValue(name, out string? text)
        ? whereNone
        : bool.TryParse(text, out bool value)
            ? value
            : throw Refused(name, text, "true or false");

    /// <summary>One of some words, in lower case; the first where the table does not say.</summary>
    public string Choice(string name, params ReadOnlySpan<string> choices)
    {
        string value = Text(name)?.ToLowerInvariant() ?? choices[0];
        return choices.Contains(value) ? value : throw Refused(name, value, $"one of {string.Join(", ", choices!)}");
    }

    /// <summary>What is thrown of a value that is none.</summary>
    public static SessionizeException Refused(string name, string value, string expected) =>
        new($"The table's property {name} is '{value}': write {expected}, or remove it.");

    private TimeSpan Milliseconds(string name, long whereNone) =>
        TimeSpan.FromMilliseconds(Math.Min(Long(name, whereNone, least: 0), (long)TimeSpan.MaxValue.TotalMilliseconds - 1));
}
