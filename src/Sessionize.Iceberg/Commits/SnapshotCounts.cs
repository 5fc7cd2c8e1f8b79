using System.Globalization;
using Sessionize.Iceberg.Manifests;

namespace Sessionize.Iceberg.Commits;

/// <summary>The counts of a snapshot's summary, as Iceberg's writers name them.</summary>
internal static class SnapshotCounts
{
    /// <summary>All totals; without them ClickHouse counts wrongly.</summary>
    public static readonly IReadOnlyList<string> Totals =
        ["total-records", "total-files-size", "total-data-files", "total-delete-files", "total-position-deletes", "total-equality-deletes"];

    /// <summary>Makes the counts of a snapshot.</summary>
    /// <param name="before">The totals before it, by the names of <see cref="Totals"/>.</param>
    /// <param name="added">Data files that come.</param>
    /// <param name="removed">Data files that go.</param>
    public static Dictionary<string, string> Of(
        IReadOnlyDictionary<string, long> before, IReadOnlyCollection<DataFile> added, IReadOnlyCollection<DataFile> removed)
    {
        Dictionary<string, string> counts = new(StringComparer.Ordinal);
        AddUnlessZero(counts, "added-data-files", added.Count);
        AddUnlessZero(counts, "added-records", Rows(added));
        AddUnlessZero(counts, "added-files-size", Size(added));
        AddUnlessZero(counts, "deleted-data-files", removed.Count);
        AddUnlessZero(counts, "deleted-records", Rows(removed));
        AddUnlessZero(counts, "removed-files-size", Size(removed));
        Add(counts, "changed-partition-count", added.Concat(removed).Select(file => (file.SpecId, file.Partition)).Distinct().Count());
        foreach (string total in Totals)
        {
            Add(counts, total, before.GetValueOrDefault(total) + total switch
            {
                "total-records" => Rows(added) - Rows(removed),
                "total-files-size" => Size(added) - Size(removed),
                "total-data-files" => added.Count - removed.Count,
                _ => 0,
            });
        }

        return counts;
    }

    /// <summary>Counts the files of a table whose snapshot does not say its totals.</summary>
    public static Dictionary<string, long> Count(IEnumerable<DataFile> live)
    {
        Dictionary<string, long> totals = Totals.ToDictionary(total => total, _ => 0L);
        foreach (DataFile file in live)
        {
            totals["total-files-size"] += file.FileSizeInBytes;
            totals[file.Content == FileContent.Data ? "total-data-files" : "total-delete-files"]++;
            totals[file.Content switch
            {
                FileContent.Data => "total-records",
                FileContent.PositionDeletes => "total-position-deletes",
                _ => "total-equality-deletes",
            }] += file.RecordCount;
        }

        return totals;
    }

    private static long Rows(IEnumerable<DataFile> files) => files.Sum(file => file.RecordCount);

    private static long Size(IEnumerable<DataFile> files) => files.Sum(file => file.FileSizeInBytes);

    private static void AddUnlessZero(Dictionary<string, string> counts, string key, long value)
    {
        if (value != 0)
        {
            Add(counts, key, value);
        }
    }

    private static void Add(Dictionary<string, string> counts, string key, long value) => counts[key] = value.ToString(CultureInfo.InvariantCulture);
}
