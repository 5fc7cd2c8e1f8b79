using System.Globalization;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Reading;

/// <summary>Finds the files whose rows may fit a filter: by the manifests' summaries, the files' partitions, and the bounds of their columns.</summary>
/// <param name="table">The table.</param>
/// <param name="choice">The snapshot.</param>
/// <param name="filter">The rows that are asked for.</param>
internal sealed class ScanPlanner(TableFiles table, SnapshotChoice choice, RowFilter filter)
{
    private const int ManifestsAtOnce = 8;

    private readonly Dictionary<int, RowFilter> _projected = [];

    /// <summary>Plans.</summary>
    /// <exception cref="SessionizeException">Metadata is missing or damaged.</exception>
    public async ValueTask<ScanPlan> PlanAsync(CancellationToken cancellationToken)
    {
        ScanCounts counts = new();
        if (choice.Snapshot is not { } snapshot)
        {
            return new ScanPlan(null, choice.Schema, filter, [], counts);
        }

        IReadOnlyList<ManifestFile> manifests = await table.ManifestsOfAsync(snapshot, cancellationToken).ConfigureAwait(false);
        ManifestFile[] live = [.. manifests.Where(HasLiveFiles)];
        ManifestFile[] data = [.. live.Where(manifest => manifest.Content == ManifestContent.Data)];
        ManifestFile[] read = [.. data.Where(MayFit)];
        ManifestFile[] deletes = [.. live.Where(manifest => manifest.Content == ManifestContent.Deletes && MayFit(manifest))];

        DeleteIndex index = new(table, (await EntriesAsync(deletes, cancellationToken).ConfigureAwait(false)).SelectMany(entries => entries));
        List<ScanFile> files = [];
        foreach ((ManifestFile manifest, IReadOnlyList<ManifestEntry> entries) in read.Zip(await EntriesAsync(read, cancellationToken).ConfigureAwait(false)))
        {
            foreach (ManifestEntry entry in entries.Where(entry => entry.IsLive))
            {
                counts.FilesTotal++;
                counts.BytesTotal += entry.File.FileSizeInBytes;
                if (MayFit(entry.File))
                {
                    long sequenceNumber = entry.SequenceNumber ?? 0;
                    files.Add(new ScanFile(entry.File, manifest, sequenceNumber, index.Find(entry.File, sequenceNumber)));
                }
            }
        }

        Count(counts, snapshot, data, read, files);
        return new ScanPlan(snapshot, choice.Schema, filter, files, counts);
    }

    private static bool HasLiveFiles(ManifestFile manifest) => manifest.AddedFilesCount is not 0 || manifest.ExistingFilesCount is not 0;

    private static void Count(ScanCounts counts, Snapshot snapshot, ManifestFile[] all, ManifestFile[] read, List<ScanFile> files)
    {
        (counts.Manifests, counts.ManifestsTotal, counts.Files) = (read.Length, all.Length, files.Count);
        (counts.Bytes, counts.Rows) = (files.Sum(file => file.File.FileSizeInBytes), files.Sum(file => file.File.RecordCount));
        counts.DeleteFiles = files.SelectMany(file => file.Deletes).Select(file => file.FilePath).Distinct().Count();
        if (read.Length == all.Length)
        {
            return;
        }

        // What is in the other manifests is known from outside alone.
        counts.FilesTotal += all.Except(read).Sum(manifest => (long)(manifest.AddedFilesCount ?? 0) + (manifest.ExistingFilesCount ?? 0));
        bool hasTotal = long.TryParse(snapshot.Summary.GetValueOrDefault("total-files-size"), NumberStyles.None, CultureInfo.InvariantCulture, out long total);
        counts.BytesTotal = Math.Max(counts.BytesTotal, hasTotal ? total : 0);
    }

    private async ValueTask<IReadOnlyList<ManifestEntry>[]> EntriesAsync(ManifestFile[] manifests, CancellationToken cancellationToken)
    {
        IReadOnlyList<ManifestEntry>[] entries = new IReadOnlyList<ManifestEntry>[manifests.Length];
        ParallelOptions options = new() { MaxDegreeOfParallelism = ManifestsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, manifests.Length), options, async (i, cancellation) =>
            entries[i] = await table.EntriesOfAsync(manifests[i], cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        return entries;
    }

    private RowFilter Project(int specId)
    {
        if (!_projected.TryGetValue(specId, out RowFilter? projected))
        {
            projected = new PartitionProjection(table.SpecOf(specId), choice.Schema).Project(filter);
            _projected.Add(specId, projected);
        }

        return projected;
    }

    /// <summary>Deletes are of data files of the same partition, and so manifests of them are passed over by the same rule.</summary>
    private bool MayFit(ManifestFile manifest)
    {
        if (manifest.Partitions is not { } summaries)
        {
            return true;
        }

        IReadOnlyList<PartitionField> fields = table.SpecOf(manifest.SpecId).Fields;
        return Project(manifest.SpecId).MayFit(fieldId =>
        {
            int at = IndexOf(fields, fieldId);
            return at >= 0 && at < summaries.Count && table.TypeOf(fields[at]) is { } type ? RangeOf(summaries[at], type) : null;
        });
    }

    private static ValueRange RangeOf(FieldSummary summary, PrimitiveType type)
    {
        // Without a bound all are null, or NaN.
        bool mayBeNan = type.Kind is PrimitiveKind.Float or PrimitiveKind.Double && summary.ContainsNan is not false;
        return ValueRange.Between(
            summary.ContainsNull,
            summary.LowerBound is not null || !summary.ContainsNull || mayBeNan,
            CellValues.ReadBound(type, summary.LowerBound),
            CellValues.ReadBound(type, summary.UpperBound));
    }

    private bool MayFit(DataFile file)
    {
        IReadOnlyList<PartitionField> fields = table.SpecOf(file.SpecId).Fields;
        return Project(file.SpecId).MayFit(fieldId =>
            {
                int at = IndexOf(fields, fieldId);
                return at >= 0 && at < file.Partition.Values.Count && table.TypeOf(fields[at]) is { } type
                    ? ValueRange.Of(CellValues.Widen(file.Partition.Values[at], type))
                    : null;
            })
            && filter.MayFit(fieldId => RangeOf(file, fieldId));
    }

    private ValueRange? RangeOf(DataFile file, int fieldId)
    {
        if (choice.Schema.Find(fieldId)?.Type is not PrimitiveType type)
        {
            return null;
        }

        long? nulls = file.NullValueCounts is { } nullCounts && nullCounts.TryGetValue(fieldId, out long nullCount) ? nullCount : null;
        long? values = file.ValueCounts is { } valueCounts && valueCounts.TryGetValue(fieldId, out long valueCount) ? valueCount : null;
        return ValueRange.Between(
            nulls is not 0,
            nulls is null || nulls != values,
            CellValues.ReadBound(type, file.LowerBounds?.GetValueOrDefault(fieldId)),
            CellValues.ReadBound(type, file.UpperBounds?.GetValueOrDefault(fieldId)));
    }

    private static int IndexOf(IReadOnlyList<PartitionField> fields, int fieldId)
    {
        for (int i = 0; i < fields.Count; i++)
        {
            if (fields[i].FieldId == fieldId)
            {
                return i;
            }
        }

        return -1;
    }
}
