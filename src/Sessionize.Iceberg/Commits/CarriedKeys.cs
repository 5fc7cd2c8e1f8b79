using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>What every commit of ours carries forward, whoever made the commits before it: all pipelines' keys (design section 5).</summary>
internal static class CarriedKeys
{
    /// <summary>The keys of all pipelines but one.</summary>
    public static Dictionary<string, string> Of(SnapshotHistory history, string? exceptOf)
    {
        Dictionary<string, string> keys = new(StringComparer.Ordinal);
        foreach (string pipeline in history.Pipelines().Where(pipeline => pipeline != exceptOf))
        {
            if (history.Find(pipeline).Snapshot is not { } snapshot)
            {
                continue;
            }

            foreach ((string key, string value) in SummaryKeys.Of(pipeline, snapshot.Summary))
            {
                keys[key] = value;
            }
        }

        return keys;
    }
}
