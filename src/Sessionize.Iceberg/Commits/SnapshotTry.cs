using System.Security.Cryptography;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Commits;

/// <summary>The manifests and manifest list of one try of a commit.</summary>
/// <param name="table">The table as the try found it.</param>
/// <param name="snapshotId">The new snapshot's id, the same at each try.</param>
/// <param name="names">Makes names of files.</param>
/// <param name="written">Gets the places of all files before they are written, for them to be deleted if the commit is refused for certain.</param>
internal sealed class SnapshotTry(CatalogTable table, long snapshotId, MetadataFileNames names, List<string> written)
{
    private readonly TableFiles _files = new(table);

    /// <summary>The manifests that the manifest list names, once it is written.</summary>
    public IReadOnlyList<ManifestFile> Manifests { get; private set; } = [];

    /// <summary>Writes the snapshot's files.</summary>
    /// <param name="added">The manifests of the files that come, written once for all tries.</param>
    /// <param name="newFiles">The files that come.</param>
    /// <param name="change">The files that go.</param>
    /// <param name="keys">The keys of the summary beside operation and counts.</param>
    /// <param name="nowMs">The time.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask<Snapshot> WriteAsync(
        IReadOnlyList<ManifestFile> added, IReadOnlyList<DataFile> newFiles, FileChange change, IReadOnlyDictionary<string, string> keys, long nowMs,
        CancellationToken cancellationToken)
    {
        Snapshot? parent = table.Metadata.CurrentSnapshot;
        IReadOnlyList<ManifestFile> before = parent is null ? [] : await _files.ManifestsOfAsync(parent, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> summary = new(keys, StringComparer.Ordinal) { ["operation"] = change.Removed.Count == 0 ? "append" : "overwrite" };
        foreach ((string key, string value) in SnapshotCounts.Of(
            await TotalsAsync(parent, before, cancellationToken).ConfigureAwait(false), newFiles, [.. change.Removed.Values]))
        {
            summary[key] = value;
        }

        List<ManifestFile> manifests = [.. added];
        foreach (ManifestFile manifest in before)
        {
            manifests.Add(change.Manifests.TryGetValue(manifest.Path, out IReadOnlyList<ManifestEntry>? entries)
                ? await WithoutAsync(manifest, entries, change.Removed, cancellationToken).ConfigureAwait(false)
                : manifest);
        }

        long sequenceNumber = table.Metadata.FormatVersion == 1 ? 0 : table.Metadata.LastSequenceNumber + 1;
        Snapshot snapshot = new()
        {
            Id = snapshotId,
            ParentId = parent?.Id,
            SequenceNumber = sequenceNumber,
            TimestampMs = Math.Max(nowMs, Math.Max(table.Metadata.LastUpdatedMs, parent?.TimestampMs ?? 0)),
            ManifestList = names.NextList(snapshotId),
            Summary = summary,
            SchemaId = table.Metadata.CurrentSchemaId,
        };
        Manifests = await MergeAsync(manifests, cancellationToken).ConfigureAwait(false);
        byte[] list = ManifestListWriter.Write(Manifests, snapshot, table.Metadata.FormatVersion);
        await CreateAsync(snapshot.ManifestList, list, cancellationToken).ConfigureAwait(false);
        return snapshot;
    }

    /// <summary>An id that no snapshot of a table has.</summary>
    public static long NewId(TableMetadata table)
    {
        long id;
        do
        {
            id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        }
        while (id == 0 || table.FindSnapshot(id) is not null);

        return id;
    }

    /// <summary>Whether data files of a commit are live in a table.</summary>
    public static async ValueTask<bool> AreInAsync(CatalogTable table, IEnumerable<DataFile> added, CancellationToken cancellationToken)
    {
        HashSet<string> paths = [.. added.Select(file => file.FilePath)];
        TableFiles files = new(table);
        foreach (ManifestFile manifest in table.Metadata.CurrentSnapshot is { } head ? await files.ManifestsOfAsync(head, cancellationToken).ConfigureAwait(false) : [])
        {
            if (manifest.Content == ManifestContent.Data
                && (await files.EntriesOfAsync(manifest, cancellationToken).ConfigureAwait(false)).Any(entry => entry.IsLive && paths.Contains(entry.File.FilePath)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the manifests of files that come, one of each spec.</summary>
    public async ValueTask<List<ManifestFile>> WriteAddedAsync(IEnumerable<DataFile> files, CancellationToken cancellationToken)
    {
        List<ManifestFile> manifests = [];
        foreach (IGrouping<int, DataFile> group in files.GroupBy(file => file.SpecId))
        {
            manifests.Add(await WriteManifestAsync(
                group.Key, ManifestContent.Data, [.. group.Select(file => new ManifestEntry(EntryStatus.Added, snapshotId, null, null, file))], cancellationToken).ConfigureAwait(false));
        }

        return manifests;
    }

    /// <summary>Writes a manifest of one spec.</summary>
    public async ValueTask<ManifestFile> WriteManifestAsync(
        int specId, ManifestContent content, IReadOnlyCollection<ManifestEntry> entries, CancellationToken cancellationToken)
    {
        string path = names.NextManifest();
        ManifestFile manifest = ManifestWriter.Write(path, table.Metadata, _files.SpecOf(specId), content, snapshotId, entries, out byte[] bytes);
        await CreateAsync(path, bytes, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    private async ValueTask<IReadOnlyDictionary<string, long>> TotalsAsync(
        Snapshot? parent, IReadOnlyList<ManifestFile> manifests, CancellationToken cancellationToken)
    {
        Dictionary<string, long> totals = new(StringComparer.Ordinal);
        foreach (string total in SnapshotCounts.Totals)
        {
            if (parent?.Summary.TryGetValue(total, out string? text) == true && long.TryParse(text, out long value))
            {
                totals[total] = value;
            }
        }

        if (parent is null || totals.Count == SnapshotCounts.Totals.Count)
        {
            return totals;
        }

        // Some writers leave totals out. Counted once; our own snapshots have them.
        List<DataFile> live = [];
        foreach (ManifestFile manifest in manifests)
        {
            live.AddRange((await _files.EntriesOfAsync(manifest, cancellationToken).ConfigureAwait(false)).Where(entry => entry.IsLive).Select(entry => entry.File));
        }

        return SnapshotCounts.Count(live);
    }

    /// <summary>Writes a manifest anew. What left it before is told by the snapshots before.</summary>
    private ValueTask<ManifestFile> WithoutAsync(
        ManifestFile manifest, IReadOnlyList<ManifestEntry> entries, IReadOnlyDictionary<string, DataFile> removed, CancellationToken cancellationToken) => WriteManifestAsync(
        manifest.SpecId,
        manifest.Content,
        [.. entries.Where(entry => entry.IsLive).Select(entry => removed.ContainsKey(entry.File.FilePath)
            ? entry with { Status = EntryStatus.Deleted, SnapshotId = snapshotId }
            : entry with { Status = EntryStatus.Existing })],
        cancellationToken);

    /// <summary>Joins small manifests, as Iceberg's own writers do, so that readers open few.</summary>
    private async ValueTask<IReadOnlyList<ManifestFile>> MergeAsync(List<ManifestFile> manifests, CancellationToken cancellationToken)
    {
        TableProperties properties = new(table.Metadata);
        if (!properties.ManifestMergeEnabled)
        {
            return manifests;
        }

        List<ManifestFile> merged = [];
        foreach (IReadOnlyList<ManifestFile> bin in ManifestBins.Of(manifests, properties.ManifestTargetSize, properties.ManifestMinCountToMerge))
        {
            merged.Add(bin.Count == 1 ? bin[0] : await JoinAsync(bin, cancellationToken).ConfigureAwait(false));
        }

        return merged;
    }

    private async ValueTask<ManifestFile> JoinAsync(IReadOnlyList<ManifestFile> bin, CancellationToken cancellationToken)
    {
        List<ManifestEntry> entries = [];
        foreach (ManifestFile manifest in bin)
        {
            foreach (ManifestEntry entry in await _files.EntriesOfAsync(manifest, cancellationToken).ConfigureAwait(false))
            {
                if (entry.SnapshotId == snapshotId || manifest.AddedSnapshotId == snapshotId)
                {
                    // Of this very commit: added and deleted stay what they are. What was added has the number of the commit to come.
                    entries.Add(entry.Status == EntryStatus.Added ? entry with { SequenceNumber = null, FileSequenceNumber = null } : entry);
                }
                else if (entry.IsLive)
                {
                    entries.Add(entry with { Status = EntryStatus.Existing });
                }
            }
        }

        return await WriteManifestAsync(bin[0].SpecId, bin[0].Content, entries, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CreateAsync(string location, byte[] content, CancellationToken cancellationToken)
    {
        // Before it is there: a call that fails may have made it.
        written.Add(location);
        await UniqueFile.WriteAsync(table.Storage, location, content, cancellationToken).ConfigureAwait(false);
    }
}
