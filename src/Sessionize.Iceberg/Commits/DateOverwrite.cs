using System.Globalization;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Commits;

/// <summary>Removes all files of certain dates, as a run does that writes those dates anew (Spark's dynamic partition overwrite).</summary>
/// <param name="dates">The dates, in days since 1970.</param>
internal sealed class DateOverwrite(IReadOnlySet<int> dates) : IFileRemoval
{
    private const string DateColumn = "session_date";
    private const string TimeColumn = "session_start_time";
    private const int HoursPerDay = 24;
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <inheritdoc/>
    public async ValueTask<FileChange> FindAsync(CatalogTable table, CancellationToken cancellationToken)
    {
        Dictionary<string, DataFile> removed = new(StringComparer.Ordinal);
        Dictionary<string, IReadOnlyList<ManifestEntry>> manifests = new(StringComparer.Ordinal);
        TableFiles files = new(table);
        foreach (ManifestFile manifest in table.Metadata.CurrentSnapshot is { } snapshot ? await files.ManifestsOfAsync(snapshot, cancellationToken).ConfigureAwait(false) : [])
        {
            if (manifest.Content != ManifestContent.Data)
            {
                continue;
            }

            IReadOnlyList<ManifestEntry> entries = await files.EntriesOfAsync(manifest, cancellationToken).ConfigureAwait(false);
            foreach (ManifestEntry entry in entries.Where(entry => entry.IsLive && IsReplaced(files, entry.File)))
            {
                removed[entry.File.FilePath] = entry.File;
                manifests[manifest.Path] = entries;
            }
        }

        return new FileChange(removed, manifests, []);
    }

    /// <inheritdoc/>
    public ValueTask DiscardAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public ValueTask ReleaseAsync() => default;

    private bool IsReplaced(TableFiles table, DataFile file)
    {
        (int first, int last) = DatesByPartition(table, file) ?? DatesByBounds(table.Metadata, file) ?? (int.MinValue, int.MaxValue);
        int hit = dates.Count(date => date >= first && date <= last);
        return hit != 0 && (hit == (long)last - first + 1
            ? true
            : throw new SessionizeException(
                $"'{file.FilePath}' has sessions {(first == int.MinValue ? "whose dates nobody knows" : $"of {Text(first)} to {Text(last)}")}, and not all of these dates are written: "
                + "their sessions would be lost. Overwrite dates in a table that is partitioned by session_date or day(session_start_time) only."));
    }

    private static (int First, int Last)? DatesByPartition(TableFiles table, DataFile file)
    {
        PartitionSpec spec = table.SpecOf(file.SpecId);
        for (int i = 0; i < spec.Fields.Count; i++)
        {
            string? source = table.FieldOf(spec.Fields[i].SourceId)?.Name;
            int? day = (source, spec.Fields[i].Transform.Kind, file.Partition.Values[i]) switch
            {
                (DateColumn, TransformKind.Identity, string text) => Day(text),
                (DateColumn, TransformKind.Identity or TransformKind.Day, int value) => value,
                (TimeColumn, TransformKind.Day, int value) => value,
                (TimeColumn, TransformKind.Hour, int value) => (int)Math.Floor(value / (double)HoursPerDay),
                _ => null,
            };
            if (day is { } known)
            {
                return (known, known);
            }
        }

        return null;
    }

    private static (int First, int Last)? DatesByBounds(TableMetadata table, DataFile file)
    {
        foreach (IcebergField field in new[] { DateColumn, TimeColumn }.Select(table.CurrentSchema.Find).OfType<IcebergField>())
        {
            if (file.LowerBounds?.TryGetValue(field.Id, out byte[]? lower) == true && file.UpperBounds?.TryGetValue(field.Id, out byte[]? upper) == true
                && file.NullValueCounts?.GetValueOrDefault(field.Id) is 0
                && DayOf(SingleValue.FromBytes(field.Type, lower)) is { } first && DayOf(SingleValue.FromBytes(field.Type, upper)) is { } last)
            {
                return (first, last);
            }
        }

        return null;
    }

    private static int? DayOf(object? value) => value switch
    {
        string text => Day(text),
        int day => day,
        long microseconds => (int)Math.Floor(microseconds / (double)MicrosecondsPerDay),
        _ => null,
    };

    private static int? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber
            : null;

    private static string Text(int day) => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
