namespace Sessionize.Iceberg.Commits;

/// <summary>The keys that a snapshot's summary has from us (docs/guides/iceberg.md says what each means).</summary>
internal static class SummaryKeys
{
    /// <summary>The name of the batch run that made the snapshot; not carried forward.</summary>
    public const string RunId = "sessionize.run-id";

    private const string Prefix = "sessionize.";
    private const string CommitSuffix = ".commit";
    private const string LanesSuffix = ".lanes";
    private const string FingerprintSuffix = ".fingerprint";
    private const string TagPrefix = "sessionize-";

    /// <summary>The id of a pipeline's last commit.</summary>
    public static string Commit(string pipeline) => Prefix + pipeline + CommitSuffix;

    /// <summary>All lanes of a pipeline with their versions and positions, or the file that has them.</summary>
    public static string Lanes(string pipeline) => Prefix + pipeline + LanesSuffix;

    /// <summary>Which rules cut the sessions of a pipeline's last commit.</summary>
    public static string Fingerprint(string pipeline) => Prefix + pipeline + FingerprintSuffix;

    /// <summary>The tag on a pipeline's last commit, which keeps it from being expired.</summary>
    public static string Tag(string pipeline) => TagPrefix + pipeline;

    /// <summary>The table's property that says that a pipeline has committed to it.</summary>
    public static string Marker(string pipeline) => "sessionize.pipeline." + pipeline;

    /// <summary>The pipelines that a summary has keys of.</summary>
    public static IEnumerable<string> Pipelines(IReadOnlyDictionary<string, string> summary) =>
        from key in summary.Keys
        where key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith(CommitSuffix, StringComparison.Ordinal) && key.Length > Prefix.Length + CommitSuffix.Length
        select key[Prefix.Length..^CommitSuffix.Length];

    /// <summary>The pipeline that a tag is of; <see langword="null"/>: of none.</summary>
    public static string? PipelineOfTag(string tag) =>
        tag.StartsWith(TagPrefix, StringComparison.Ordinal) && tag.Length > TagPrefix.Length ? tag[TagPrefix.Length..] : null;

    /// <summary>What a summary has of a pipeline, to be carried forward.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(string pipeline, IReadOnlyDictionary<string, string> summary) =>
        from key in (string[])[Commit(pipeline), Lanes(pipeline), Fingerprint(pipeline)]
        where summary.ContainsKey(key)
        select KeyValuePair.Create(key, summary[key]);
}
