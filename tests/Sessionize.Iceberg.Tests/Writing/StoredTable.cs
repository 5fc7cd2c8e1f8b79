using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Writing;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>Puts a table with one commit into a folder, so that other programs can look at it.</summary>
internal static class StoredTable
{
    private const long SnapshotId = 4711;

    /// <summary>Makes a table of which nothing is stored yet.</summary>
    public static CatalogTable Create(
        string folder, IcebergSchema? schema = null, PartitionSpec? spec = null, SortOrder? order = null, IReadOnlyDictionary<string, string>? properties = null) =>
        TrialTable.Create(new LocalFileStorage(), schema, spec, order, properties, "file://" + folder);

    /// <summary>Writes sessions, a batch for each list, and the snapshot that has them.</summary>
    public static async Task<IReadOnlyList<DataFile>> WriteAsync(CatalogTable table, IEnumerable<Session[]> batches, SessionFileWriterOptions? options = null)
    {
        await using SessionFileWriter writer = new(table, SessionTableSchema.Match(table.Metadata), "c-1", options);
        foreach (Session[] sessions in batches)
        {
            SessionBatch batch = new();
            foreach (Session session in sessions)
            {
                batch.Add(session);
            }

            await writer.Encode(batch)(CancellationToken.None);
        }

        IReadOnlyList<DataFile> files = await writer.FinishAsync(CancellationToken.None);
        await CommitAsync(table, files);
        return files;
    }

    private static async Task CommitAsync(CatalogTable table, IReadOnlyList<DataFile> files)
    {
        TableMetadata metadata = table.Metadata;
        string folder = metadata.Location + "/metadata";
        ManifestFile manifest = ManifestWriter.Write(
            $"{folder}/m0.avro", metadata, metadata.DefaultSpec, ManifestContent.Data, SnapshotId,
            [.. files.Select(file => new ManifestEntry(EntryStatus.Added, SnapshotId, SequenceNumber: null, FileSequenceNumber: null, file))], out byte[] bytes);
        string rows = $"{files.Sum(file => file.RecordCount)}";
        string size = $"{files.Sum(file => file.FileSizeInBytes)}";
        Snapshot snapshot = new()
        {
            Id = SnapshotId,
            SequenceNumber = 1,
            TimestampMs = 1,
            ManifestList = $"{folder}/snap-1.avro",
            SchemaId = metadata.CurrentSchemaId,
            Summary = new Dictionary<string, string>
            {
                ["operation"] = "append",
                ["added-data-files"] = $"{files.Count}",
                ["added-records"] = rows,
                ["added-files-size"] = size,
                ["changed-partition-count"] = $"{files.Select(file => file.Partition).Distinct().Count()}",
                ["total-data-files"] = $"{files.Count}",
                ["total-records"] = rows,
                ["total-files-size"] = size,
                ["total-delete-files"] = "0",
                ["total-position-deletes"] = "0",
                ["total-equality-deletes"] = "0",
            },
        };
        TableMetadata committed = TableMetadataChanges.Apply(
            metadata, [new TableUpdate.AddSnapshot(snapshot), new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(SnapshotId, IsBranch: true))], nowMs: 1);
        await table.Storage.WriteAsync(manifest.Path, bytes, CancellationToken.None);
        await table.Storage.WriteAsync(snapshot.ManifestList, ManifestListWriter.Write([manifest], snapshot, formatVersion: 2), CancellationToken.None);
        await table.Storage.WriteAsync($"{folder}/v1.metadata.json", TableMetadataJson.Write(committed), CancellationToken.None);
        await table.Storage.WriteAsync($"{folder}/version-hint.text", "1"u8.ToArray(), CancellationToken.None);
    }
}
