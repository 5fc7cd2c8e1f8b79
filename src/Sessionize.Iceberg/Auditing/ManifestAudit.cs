using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Auditing;

/// <summary>Reads manifest lists and manifests, and compares what one says of the other.</summary>
/// <param name="table">The table.</param>
/// <param name="log">Takes findings.</param>
internal sealed class ManifestAudit(TableFiles table, AuditLog log)
{
    // Snapshots share most of their manifests.
    private readonly Dictionary<string, IReadOnlyList<ManifestEntry>?> _read = new(StringComparer.Ordinal);

    /// <summary>The manifests that were read.</summary>
    public int Read => _read.Count;

    /// <summary>Checks a snapshot.</summary>
    /// <returns>What it has; <see langword="null"/>, if its list cannot be read.</returns>
    public async ValueTask<SnapshotContent?> CheckAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        IReadOnlyList<ManifestFile> manifests;
        try
        {
            manifests = await table.ManifestsOfAsync(snapshot, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionizeException failure) when (!failure.IsTransient)
        {
            log.Add(AuditCodes.ManifestList, snapshot.ManifestList ?? MetadataAudit.Place(snapshot.Id), $"{failure.Message}");
            return null;
        }

        List<ManifestEntry> entries = [];
        bool isWhole = true;
        foreach (ManifestFile manifest in manifests)
        {
            if (await ReadAsync(manifest, cancellationToken).ConfigureAwait(false) is not { } read)
            {
                isWhole = false;
                continue;
            }

            entries.AddRange(read);
            if (manifest.SequenceNumber > snapshot.SequenceNumber)
            {
                log.Add(AuditCodes.SequenceNumber, manifest.Path, $"Its sequence number {manifest.SequenceNumber} is above that of the snapshot {snapshot.Id}, {snapshot.SequenceNumber}.");
            }
        }

        foreach (IGrouping<string, ManifestEntry> twice in entries.Where(entry => entry.IsLive)
            .GroupBy(entry => FilePlace.Normal(entry.File.FilePath), StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            log.Add(AuditCodes.DuplicateFile, twice.First().File.FilePath, $"The snapshot {snapshot.Id} has the file {twice.Count()} times: its rows are read as often.");
        }

        return new SnapshotContent(manifests, entries, isWhole);
    }

    private async ValueTask<IReadOnlyList<ManifestEntry>?> ReadAsync(ManifestFile manifest, CancellationToken cancellationToken)
    {
        if (_read.TryGetValue(manifest.Path, out IReadOnlyList<ManifestEntry>? known))
        {
            return known;
        }

        IReadOnlyList<ManifestEntry>? entries = null;
        try
        {
            entries = await table.EntriesOfAsync(manifest, cancellationToken).ConfigureAwait(false);
            Check(manifest, entries);
        }
        catch (SessionizeException failure) when (!failure.IsTransient)
        {
            log.Add(AuditCodes.Manifest, manifest.Path, $"{failure.Message}");
        }

        _read.Add(manifest.Path, entries);
        return entries;
    }

    private void Check(ManifestFile manifest, IReadOnlyList<ManifestEntry> entries)
    {
        Count(EntryStatus.Added, "added", manifest.AddedFilesCount, manifest.AddedRowsCount);
        Count(EntryStatus.Existing, "existing", manifest.ExistingFilesCount, manifest.ExistingRowsCount);
        Count(EntryStatus.Deleted, "deleted", manifest.DeletedFilesCount, manifest.DeletedRowsCount);
        foreach (ManifestEntry entry in entries)
        {
            Check(manifest, entry);
        }

        if (manifest.MinSequenceNumber is { } min && table.Metadata.FormatVersion > 1
            && entries.Where(entry => entry.IsLive).Min(entry => entry.SequenceNumber) is { } least && min > least)
        {
            log.Add(AuditCodes.SequenceNumber, manifest.Path, $"Its least sequence number is said to be {min}, and a file has {least}.");
        }

        void Count(EntryStatus status, string name, long? files, long? rows)
        {
            ManifestEntry[] of = [.. entries.Where(entry => entry.Status == status)];
            log.Equal(AuditCodes.ManifestCounts, manifest.Path, $"{name} files", files ?? of.Length, of.Length);
            long found = of.Sum(entry => entry.File.RecordCount);
            log.Equal(AuditCodes.ManifestCounts, manifest.Path, $"{name} rows", rows ?? found, found);
        }
    }

    private void Check(ManifestFile manifest, ManifestEntry entry)
    {
        if (table.Metadata.FormatVersion > 1 && entry.SequenceNumber is { } number && entry.IsLive && number > manifest.SequenceNumber)
        {
            log.Add(AuditCodes.SequenceNumber, entry.File.FilePath, $"Its sequence number {number} is above that of its manifest, {manifest.SequenceNumber}.");
        }

        if (manifest.Content == ManifestContent.Data != (entry.File.Content == FileContent.Data))
        {
            log.Add(AuditCodes.Manifest, manifest.Path, $"It is a manifest of {manifest.Content.ToString().ToLowerInvariant()}, and has the file {entry.File.FilePath} of {entry.File.Content}.");
        }

        if (manifest.Partitions is { } summaries && entry.IsLive)
        {
            Check(manifest, summaries, entry.File);
        }
    }

    private void Check(ManifestFile manifest, IReadOnlyList<FieldSummary> summaries, DataFile file)
    {
        IReadOnlyList<PartitionField> fields = table.SpecOf(manifest.SpecId).Fields;
        for (int i = 0; i < Math.Min(fields.Count, summaries.Count); i++)
        {
            if (table.TypeOf(fields[i]) is not { } type)
            {
                continue;
            }

            object? value = CellValues.Widen(file.Partition.Values[i], type);
            FieldSummary summary = summaries[i];
            bool isCovered = value is null ? summary.ContainsNull
                : CellValues.IsNan(value) ? summary.ContainsNan is not false
                : CellValues.ReadBound(type, summary.LowerBound) is { } lower && CellValues.ReadBound(type, summary.UpperBound) is { } upper
                    && CellValues.Compare(lower, value) <= 0 && CellValues.Compare(value, upper) <= 0;
            if (!isCovered)
            {
                log.Add(AuditCodes.PartitionSummary, manifest.Path, $"The summary of '{fields[i].Name}' does not cover the value {value ?? "null"} of {file.FilePath}: readers pass the file over.");
            }
        }
    }
}
