using System.Text.Json;

namespace Sessionize.Iceberg.Metadata;

/// <summary>What snapshots leave behind in metadata, and what of it goes with them.</summary>
internal static class SnapshotTraces
{
    /// <summary>
    /// The log tells at which time which snapshot was current. Snapshots that never were for others are left out, and where one is gone, all before it goes, too:
    /// otherwise the one before it would seem to have stayed current.
    /// </summary>
    /// <param name="table">The table, with its log as it grew.</param>
    /// <param name="intermediate">Snapshots that were current within one commit only.</param>
    public static IReadOnlyList<SnapshotLogEntry> CorrectLog(TableMetadata table, HashSet<long> intermediate)
    {
        HashSet<long> known = [.. table.Snapshots.Select(snapshot => snapshot.Id)];
        List<SnapshotLogEntry> log = [];
        foreach (SnapshotLogEntry entry in table.SnapshotLog)
        {
            if (!known.Contains(entry.SnapshotId))
            {
                log.Clear();
            }
            else if (!intermediate.Contains(entry.SnapshotId))
            {
                log.Add(entry);
            }
        }

        return log;
    }

    /// <summary>Statistics files are kept as they are, but they belong to snapshots and go with them.</summary>
    public static Dictionary<string, JsonElement> WithoutStatistics(IReadOnlyDictionary<string, JsonElement> others, HashSet<long> ids)
    {
        Dictionary<string, JsonElement> kept = new(others);
        foreach (string name in (ReadOnlySpan<string>)["statistics", "partition-statistics"])
        {
            if (kept.TryGetValue(name, out JsonElement files) && files.ValueKind == JsonValueKind.Array && files.EnumerateArray().Any(file => IsOf(file, ids)))
            {
                string text = $"[{string.Join(',', files.EnumerateArray().Where(file => !IsOf(file, ids)).Select(file => file.GetRawText()))}]";
                using JsonDocument document = JsonDocument.Parse(text);
                kept[name] = document.RootElement.Clone();
            }
        }

        return kept;
    }

    private static bool IsOf(JsonElement file, HashSet<long> ids) =>
        file.ValueKind == JsonValueKind.Object && file.TryGetProperty("snapshot-id", out JsonElement id)
        && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out long snapshot) && ids.Contains(snapshot);
}
