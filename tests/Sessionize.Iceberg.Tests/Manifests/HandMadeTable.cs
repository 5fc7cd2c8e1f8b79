using System.Globalization;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Tests.Manifests;

/// <summary>A table in a folder, written with nothing but the classes of metadata and manifests.</summary>
internal sealed class HandMadeTable
{
    private readonly string _folder;
    private int _version;

    /// <summary>Creates the table.</summary>
    public HandMadeTable(string folder, TableMetadata table)
    {
        _folder = folder;
        Table = table;
        Directory.CreateDirectory($"{folder}/metadata");
        WriteMetadata();
    }

    /// <summary>The table as it is now.</summary>
    public TableMetadata Table { get; private set; }

    /// <summary>The manifests as they are now.</summary>
    public IReadOnlyList<ManifestFile> Manifests { get; private set; } = [];

    /// <summary>The files as they are now.</summary>
    public IReadOnlyList<ManifestEntry> Live => [.. Manifests.SelectMany(Read).Where(entry => entry.IsLive)];

    /// <summary>The entries of a manifest.</summary>
    public IReadOnlyList<ManifestEntry> Read(ManifestFile manifest) => ManifestReader.Read(File.ReadAllBytes(manifest.Path), manifest, Table);

    /// <summary>Makes a snapshot.</summary>
    /// <param name="operation">What it does.</param>
    /// <param name="kept">The manifests that stay.</param>
    /// <param name="changed">The entries of one new manifest, all of one spec.</param>
    public void Commit(string operation, IReadOnlyList<ManifestFile> kept, IReadOnlyList<ManifestEntry> changed)
    {
        long id = 1000 + Table.Snapshots.Count;
        PartitionSpec spec = Table.PartitionSpecs.First(known => known.Id == changed[0].File.SpecId);
        ManifestFile manifest = ManifestWriter.Write($"{_folder}/metadata/{id}-m0.avro", Table, spec, ManifestContent.Data, id, changed, out byte[] bytes);
        File.WriteAllBytes(manifest.Path, bytes);
        Snapshot snapshot = new()
        {
            Id = id,
            ParentId = Table.CurrentSnapshotId,
            SequenceNumber = Table.FormatVersion == 1 ? 0 : Table.LastSequenceNumber + 1,
            TimestampMs = Table.LastUpdatedMs + 1000,
            ManifestList = $"{_folder}/metadata/snap-{id}.avro",
            Summary = Summary(operation, changed),
            SchemaId = Table.CurrentSchemaId,
        };
        File.WriteAllBytes(snapshot.ManifestList, ManifestListWriter.Write([manifest, .. kept], snapshot, Table.FormatVersion));
        Manifests = ManifestListReader.Read(File.ReadAllBytes(snapshot.ManifestList), snapshot.ManifestList);
        Change(new TableUpdate.AddSnapshot(snapshot), new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(id, IsBranch: true)));
    }

    /// <summary>Changes the metadata.</summary>
    public void Change(params IReadOnlyList<TableUpdate> updates) => Replace(TableMetadataChanges.Apply(Table, updates, Table.LastUpdatedMs + 1));

    /// <summary>Goes on with other metadata.</summary>
    public void Replace(TableMetadata changed)
    {
        MetadataLogEntry previous = new(Table.LastUpdatedMs, MetadataFile);
        Table = TableMetadataChanges.WithPrevious(changed, previous, out _);
        WriteMetadata();
    }

    private string MetadataFile => $"{_folder}/metadata/v{_version}.metadata.json";

    private void WriteMetadata()
    {
        _version++;
        File.WriteAllBytes(MetadataFile, TableMetadataJson.Write(Table));
        File.WriteAllText($"{_folder}/metadata/version-hint.text", _version.ToString(CultureInfo.InvariantCulture));
        Table = TableMetadataJson.Read(File.ReadAllBytes(MetadataFile), MetadataFile);
    }

    private Dictionary<string, string> Summary(string operation, IReadOnlyList<ManifestEntry> changed)
    {
        DataFile[] added = [.. changed.Where(entry => entry.Status == EntryStatus.Added).Select(entry => entry.File)];
        DataFile[] removed = [.. changed.Where(entry => entry.Status == EntryStatus.Deleted).Select(entry => entry.File)];
        Dictionary<string, string> summary = new() { ["operation"] = operation };
        Put("added-data-files", added.Length);
        Put("added-records", added.Sum(file => file.RecordCount));
        Put("added-files-size", added.Sum(file => file.FileSizeInBytes));
        Put("deleted-data-files", removed.Length);
        Put("deleted-records", removed.Sum(file => file.RecordCount));
        Put("removed-files-size", removed.Sum(file => file.FileSizeInBytes));
        Put("changed-partition-count", added.Concat(removed).Select(file => (file.SpecId, file.Partition)).Distinct().Count());
        Total("total-data-files", added.Length - removed.Length);
        Total("total-records", added.Sum(file => file.RecordCount) - removed.Sum(file => file.RecordCount));
        Total("total-files-size", added.Sum(file => file.FileSizeInBytes) - removed.Sum(file => file.FileSizeInBytes));
        Total("total-delete-files", 0);
        Total("total-position-deletes", 0);
        Total("total-equality-deletes", 0);
        return summary;

        void Put(string key, long value)
        {
            if (value != 0)
            {
                summary[key] = value.ToString(CultureInfo.InvariantCulture);
            }
        }

        void Total(string key, long change) =>
            summary[key] = (long.Parse(Table.CurrentSnapshot?.Summary[key] ?? "0", CultureInfo.InvariantCulture) + change).ToString(CultureInfo.InvariantCulture);
    }
}
