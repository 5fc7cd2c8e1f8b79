using System.Text.Json;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Tests.Metadata;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Manifests;

/// <summary>What is written is sound for Iceberg's own library: data files of Spark in tables of ours.</summary>
public sealed class HandMadeTableTests(IceCheck java) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("user_sessions_flat", "none", 2)]
    [InlineData("user_sessions_flat", "none", 1)]
    [InlineData("user_sessions_partitioned", "session_date,user_hash_bucket", 2)]
    [InlineData("user_sessions_v1", "session_date,user_hash_bucket", 1)]
    [InlineData("user_sessions_hidden", "day(session_start_time),bucket(16,uuid)", 2)]
    public async Task Verify_AppendsMergeAndDelete_FindsNothing(string fixture, string partitionBy, int version)
    {
        HandMadeTable table = new(_folder.Path, SampleTables.Create(partitionBy, "none", _folder.Path) with { FormatVersion = version });
        ManifestEntry[][] files = CopyFiles(fixture, table.Table);
        foreach (ManifestEntry[] added in files)
        {
            table.Commit("append", table.Manifests, added);
        }

        long rows = files.Sum(added => added.Sum(entry => entry.File.RecordCount));
        Assert.Equal(rows, await java.CountAsync(_folder.Path));

        // All manifests become one, whose entries keep their snapshots and numbers.
        table.Commit("replace", [], [.. table.Live.Select(entry => entry with { Status = EntryStatus.Existing })]);
        Assert.Equal(rows, await java.CountAsync(_folder.Path));

        ManifestEntry[] after = [.. table.Live.Select((entry, index) => entry with { Status = index == 0 ? EntryStatus.Deleted : EntryStatus.Existing })];
        table.Commit("delete", [], after);
        table.Change(new TableUpdate.SetRef("sessionize-x", new SnapshotRef(1000, IsBranch: false)), new TableUpdate.SetProperties(new Dictionary<string, string> { ["a"] = "ü" }));
        Assert.Equal(rows - after[0].File.RecordCount, await java.CountAsync(_folder.Path));

        JsonElement verified = await java.VerifyAsync(_folder.Path);
        Assert.Equal(files.Length + 2, verified.GetProperty("looked_at").GetProperty("snapshots").GetInt32());
    }

    [Fact]
    public async Task Verify_EvolvedSchemaAndSpecAndExpiredSnapshots_FindsNothing()
    {
        HandMadeTable table = new(_folder.Path, SampleTables.Create("session_date,user_hash_bucket", "uuid", _folder.Path));
        ManifestEntry[][] files = CopyFiles("user_sessions_partitioned", table.Table);
        table.Commit("append", table.Manifests, files[0]);
        table.Commit("append", table.Manifests, files[1]);
        table.Change(
            new TableUpdate.AddSchema(new IcebergSchema(0, [.. table.Table.CurrentSchema.Fields, new IcebergField(13, "entry_page", new PrimitiveType(PrimitiveKind.String))])),
            new TableUpdate.SetCurrentSchema(TableUpdate.Last));
        PartitionField bucket = table.Table.DefaultSpec.Fields[1];
        table.Replace(table.Table with { PartitionSpecs = [.. table.Table.PartitionSpecs, new PartitionSpec(1, [bucket])], DefaultSpecId = 1 });
        table.Commit("append", table.Manifests, [.. files[2].Select(entry => entry with
        {
            File = entry.File with { SpecId = 1, Partition = new PartitionKey([entry.File.Partition.Values[1]]) },
        })]);
        await java.VerifyAsync(_folder.Path);

        table.Change(new TableUpdate.RemoveSnapshots([1000]));
        File.Delete($"{_folder.Path}/metadata/snap-1000.avro");

        await java.VerifyAsync(_folder.Path);
        Assert.Equal(files.SelectMany(added => added).Sum(entry => entry.File.RecordCount), await java.CountAsync(_folder.Path));
        Assert.Equal(1001, bucket.FieldId);
    }

    [Fact]
    public async Task Describe_NewTable_IsWhatWasAskedFor()
    {
        _ = new HandMadeTable(_folder.Path, SampleTables.Create("hour(session_start_time),truncate(3,uuid)", "uuid,session_start_time_ms desc", _folder.Path));
        await java.VerifyAsync(_folder.Path);
        JsonElement described = await java.DescribeAsync(_folder.Path);
        string text = described.GetRawText();
        Assert.Contains("session_start_time_hour", text, StringComparison.Ordinal);
        Assert.Contains("truncate[3]", text, StringComparison.Ordinal);
        Assert.Contains("desc", text, StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Copies the data files of a fixture's snapshots whose schema is the first one.</summary>
    /// <returns>The entries of each snapshot, as a writer makes them.</returns>
    private ManifestEntry[][] CopyFiles(string fixture, TableMetadata target)
    {
        string source = SharedFiles.Find($"iceberg-fixtures/warehouse/sessions/{fixture}");
        string last = Directory.GetFiles($"{source}/metadata", "v*.metadata.json").MaxBy(file => file.Length * 100 + file[^15])!;
        TableMetadata table = TableMetadataJson.Read(File.ReadAllBytes(last), last);
        return
        [
            .. table.Snapshots.Where(snapshot => snapshot.SchemaId == 0 && snapshot.Operation == "append").Select(snapshot =>
                ManifestListReader.Read(File.ReadAllBytes(Local(snapshot.ManifestList!)), snapshot.ManifestList!)
                    .Where(manifest => manifest.AddedSnapshotId == snapshot.Id)
                    .SelectMany(manifest => ManifestReader.Read(File.ReadAllBytes(Local(manifest.Path)), manifest, table))
                    .Select(entry => Copy(entry.File)).ToArray()),
        ];

        string Local(string path) => source + path[path.LastIndexOf("/metadata/", StringComparison.Ordinal)..];

        ManifestEntry Copy(DataFile file)
        {
            string copy = Path.Combine(
                _folder.Path, "data", PartitionPath.Of(target.DefaultSpec, target.CurrentSchema, file.Partition), Path.GetFileName(file.FilePath));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(source + file.FilePath[file.FilePath.LastIndexOf("/data/", StringComparison.Ordinal)..], copy);
            return new ManifestEntry(EntryStatus.Added, null, null, null, file with { FilePath = copy, SortOrderId = null });
        }
    }
}
