using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Auditing;

/// <summary>Changes a table on the disk behind the back of its catalog.</summary>
/// <param name="folder">The table's folder.</param>
internal sealed class TableDamage(string folder)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The newest metadata file.</summary>
    public string MetadataFile => Directory.EnumerateFiles($"{folder}/metadata", "v*.metadata.json")
        .MaxBy(file => int.Parse(Path.GetFileName(file)[1..^".metadata.json".Length], null))!;

    /// <summary>Changes what the metadata says.</summary>
    public void EditMetadata(Func<TableMetadata, TableMetadata> edit) => File.WriteAllBytes(MetadataFile, TableMetadataJson.Write(edit(Metadata())));

    /// <summary>Changes the current snapshot's summary.</summary>
    public void EditSummary(string key, string value) => EditMetadata(metadata => metadata with
    {
        Snapshots = [.. metadata.Snapshots.Select(snapshot => snapshot.Id != metadata.CurrentSnapshotId
            ? snapshot
            : snapshot with { Summary = new Dictionary<string, string>(snapshot.Summary) { [key] = value } })],
    });

    /// <summary>Changes the current snapshot's manifest list.</summary>
    public void EditList(Func<IReadOnlyList<ManifestFile>, IReadOnlyList<ManifestFile>> edit)
    {
        TableMetadata metadata = Metadata();
        Snapshot snapshot = metadata.CurrentSnapshot!;
        string path = FileLocations.ToPath(snapshot.ManifestList!);
        File.WriteAllBytes(path, ManifestListWriter.Write(edit(ManifestListReader.Read(File.ReadAllBytes(path), path)), snapshot, metadata.FormatVersion));
    }

    /// <summary>Changes the first manifest in the current snapshot's list.</summary>
    public void EditFirst(Func<ManifestFile, ManifestFile> edit) => EditList(manifests => [edit(manifests[0]), .. manifests.Skip(1)]);

    /// <summary>Changes what the first live file is said to be; all else is written as a writer would.</summary>
    public void EditFile(Func<DataFile, DataFile> edit)
    {
        TableMetadata metadata = Metadata();
        EditFirst(manifest =>
        {
            string path = FileLocations.ToPath(manifest.Path);
            List<ManifestEntry> entries = [.. ManifestReader.Read(File.ReadAllBytes(path), manifest, metadata)];
            int first = entries.FindIndex(entry => entry.IsLive);
            entries[first] = entries[first] with { File = edit(entries[first].File) };
            ManifestFile written = ManifestWriter.Write(
                manifest.Path, metadata, metadata.PartitionSpecs.First(spec => spec.Id == manifest.SpecId), manifest.Content, manifest.AddedSnapshotId, entries, out byte[] bytes);
            File.WriteAllBytes(path, bytes);
            return written with { SequenceNumber = manifest.SequenceNumber, MinSequenceNumber = manifest.MinSequenceNumber };
        });
    }

    /// <summary>A live data file of the current snapshot.</summary>
    public async Task<string> DataFileAsync()
    {
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(new IcebergTableOptions { Name = folder }, cancellationToken: Token);
        return FileLocations.ToPath((await table.FilesAsync(cancellationToken: Token))[0].Path);
    }

    /// <summary>The current snapshot's manifest list.</summary>
    public string ManifestList() => FileLocations.ToPath(Metadata().CurrentSnapshot!.ManifestList!);

    /// <summary>The metadata.</summary>
    public TableMetadata Metadata() => TableMetadataJson.Read(File.ReadAllBytes(MetadataFile), MetadataFile);
}
