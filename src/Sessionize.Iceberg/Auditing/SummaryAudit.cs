using System.Globalization;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Auditing;

/// <summary>Looks whether a snapshot's summary is what its manifests add up to. What a summary does not tell is no mistake.</summary>
internal static class SummaryAudit
{
    /// <summary>Whether all commits tell the sizes of what they add. Spark's <c>add_files</c> does not, and totals lack its files ever after.</summary>
    public static bool TellsSizes(TableMetadata metadata) => metadata.Snapshots.All(snapshot =>
        snapshot.Summary.GetValueOrDefault("added-data-files", "0") == "0" || snapshot.Summary.ContainsKey("added-files-size"));

    /// <summary>Checks.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="content">What its manifests say.</param>
    /// <param name="tellsSizes">Whether totals of sizes can be right.</param>
    /// <param name="log">Takes findings.</param>
    public static void Check(Snapshot snapshot, SnapshotContent content, bool tellsSizes, AuditLog log)
    {
        if (!content.IsWhole)
        {
            return;
        }

        ManifestEntry[] live = [.. content.Live];
        Compare("total-data-files", live.Count(IsData));
        Compare("total-records", live.Where(IsData).Sum(entry => entry.File.RecordCount));
        if (tellsSizes)
        {
            Compare("total-files-size", live.Sum(entry => entry.File.FileSizeInBytes));
        }

        Compare("total-delete-files", live.Count(entry => !IsData(entry)));
        Compare("total-position-deletes", live.Where(entry => entry.File.Content == FileContent.PositionDeletes).Sum(entry => entry.File.RecordCount));
        Compare("total-equality-deletes", live.Where(entry => entry.File.Content == FileContent.EqualityDeletes).Sum(entry => entry.File.RecordCount));

        ManifestEntry[] added = [.. content.Entries.Where(entry => entry.Status == EntryStatus.Added && entry.SnapshotId == snapshot.Id)];
        ManifestEntry[] deleted = [.. content.Entries.Where(entry => entry.Status == EntryStatus.Deleted && entry.SnapshotId == snapshot.Id)];
        Compare("added-data-files", added.Count(IsData));
        Compare("added-records", added.Where(IsData).Sum(entry => entry.File.RecordCount));
        Compare("deleted-data-files", deleted.Count(IsData));
        Compare("deleted-records", deleted.Where(IsData).Sum(entry => entry.File.RecordCount));

        void Compare(string key, long found)
        {
            if (snapshot.Summary.TryGetValue(key, out string? text))
            {
                if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long said))
                {
                    log.Equal(AuditCodes.SummaryTotal, MetadataAudit.Place(snapshot.Id), key, said, found);
                }
                else
                {
                    log.Add(AuditCodes.SummaryTotal, MetadataAudit.Place(snapshot.Id), $"{key} is '{text}', which is no number.");
                }
            }
        }
    }

    private static bool IsData(ManifestEntry entry) => entry.File.Content == FileContent.Data;
}
