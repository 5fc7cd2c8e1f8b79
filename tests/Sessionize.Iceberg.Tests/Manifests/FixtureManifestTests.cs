using System.Text.Json;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Manifests;

/// <summary>Manifests and lists that Spark wrote, read straight from where they are kept.</summary>
public sealed class FixtureManifestTests
{
    private const string Warehouse = "/tmp/sessionize-fixtures/warehouse/";

    public static TheoryData<string> Names => [.. FixtureTables.Names.Where(name => name != "user_sessions_v3")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EverySnapshot_HasTheFilesThatItsSummaryTells(string name)
    {
        (TableMetadata table, FixtureExpectation expected) = Load(name);
        Assert.Equal(expected.Snapshots.Select(snapshot => snapshot.SnapshotId), table.Snapshots.Select(snapshot => snapshot.Id));
        foreach (Snapshot snapshot in table.Snapshots)
        {
            ManifestEntry[] live = [.. Manifests(snapshot).SelectMany(manifest => Entries(manifest, table)).Where(entry => entry.IsLive)];
            Assert.Equal(snapshot.Summary["total-data-files"], $"{live.Length}");
            Assert.Equal(snapshot.Summary["total-records"], $"{live.Sum(entry => entry.File.RecordCount)}");
            if (name != "user_sessions_imported")
            {
                // Of an imported file Spark's summary says that it has 0 bytes.
                Assert.Equal(snapshot.Summary["total-files-size"], $"{live.Sum(entry => entry.File.FileSizeInBytes)}");
            }

            Assert.All(live, entry => Assert.Contains(table.Snapshots, known => known.Id == entry.SnapshotId && known.SequenceNumber == entry.SequenceNumber));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_CurrentSnapshot_HasTheFilesThatSparkLists(string name)
    {
        (TableMetadata table, FixtureExpectation expected) = Load(name);
        Dictionary<string, DataFile> live = Manifests(table.CurrentSnapshot!).SelectMany(manifest => Entries(manifest, table))
            .Where(entry => entry.IsLive).Select(entry => entry.File).ToDictionary(file => Relative(file.FilePath));

        Assert.Equal(expected.Files.Select(file => Relative(file.GetProperty("file_path").GetString()!)).Order(StringComparer.Ordinal), live.Keys.Order(StringComparer.Ordinal));
        foreach (JsonElement file in expected.Files)
        {
            DataFile read = live[Relative(file.GetProperty("file_path").GetString()!)];
            Assert.Equal(file.GetProperty("record_count").GetInt64(), read.RecordCount);
            Assert.Equal("PARQUET", read.FileFormat);
            Assert.Equal(file.TryGetProperty("spec_id", out JsonElement spec) ? spec.GetInt32() : 0, read.SpecId);
            AssertPartition(file, read, table);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_WhatWasRead_IsReadAgainTheSame(string name)
    {
        (TableMetadata table, _) = Load(name);
        foreach (Snapshot snapshot in table.Snapshots)
        {
            IReadOnlyList<ManifestFile> manifests = Manifests(snapshot);
            AssertSame(manifests, ManifestListReader.Read(ManifestListWriter.Write(manifests, snapshot, table.FormatVersion), "x"));
            foreach (ManifestFile manifest in manifests)
            {
                IReadOnlyList<ManifestEntry> entries = Entries(manifest, table);
                PartitionSpec spec = table.PartitionSpecs.First(known => known.Id == manifest.SpecId);
                ManifestFile written = ManifestWriter.Write(manifest.Path, table, spec, manifest.Content, manifest.AddedSnapshotId, entries, out byte[] bytes);

                AssertSame([manifest], [written with { SequenceNumber = manifest.SequenceNumber, MinSequenceNumber = written.MinSequenceNumber ?? manifest.MinSequenceNumber, Length = manifest.Length }]);
                Assert.Equal(bytes.Length, written.Length);
                Entries_AreSame(entries, ManifestReader.Read(bytes, manifest, table));
            }
        }
    }

    /// <summary>Fails unless entries are the same in every field.</summary>
    internal static void Entries_AreSame(IReadOnlyList<ManifestEntry> expected, IReadOnlyList<ManifestEntry> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int index = 0; index < expected.Count; index++)
        {
            Assert.Equal(ManifestText.Of(expected[index]), ManifestText.Of(actual[index]));
        }
    }

    /// <summary>Fails unless manifests are the same in every field.</summary>
    internal static void AssertSame(IReadOnlyList<ManifestFile> expected, IReadOnlyList<ManifestFile> actual) =>
        Assert.Equal(expected.Select(ManifestText.Of), actual.Select(ManifestText.Of));

    private static void AssertPartition(JsonElement expected, DataFile read, TableMetadata table)
    {
        if (!expected.TryGetProperty("partition", out JsonElement partition))
        {
            Assert.Empty(read.Partition.Values);
            return;
        }

        PartitionSpec spec = table.PartitionSpecs.First(known => known.Id == read.SpecId);
        for (int index = 0; index < spec.Fields.Count; index++)
        {
            PartitionField field = spec.Fields[index];
            string text = PartitionPath.TextOf(field.Transform, table.CurrentSchema.FindNested(field.SourceId)!.Type, read.Partition.Values[index]);
            Assert.Equal(partition.GetProperty(field.Name).ToString(), text);
        }
    }

    private static (TableMetadata Table, FixtureExpectation Expected) Load(string name)
    {
        FixtureExpectation expected = new FixtureTables().Expected[name];
        string file = SharedFiles.Find($"iceberg-fixtures/warehouse/sessions/{name}/metadata/v{expected.VersionHint}.metadata.json");
        return (TableMetadataJson.Read(File.ReadAllBytes(file), file), expected);
    }

    private static IReadOnlyList<ManifestFile> Manifests(Snapshot snapshot) => ManifestListReader.Read(File.ReadAllBytes(Local(snapshot.ManifestList!)), snapshot.ManifestList!);

    private static IReadOnlyList<ManifestEntry> Entries(ManifestFile manifest, TableMetadata table) => ManifestReader.Read(File.ReadAllBytes(Local(manifest.Path)), manifest, table);

    private static string Local(string path) => SharedFiles.Find($"iceberg-fixtures/warehouse/{Relative(path)}");

    private static string Relative(string path) => path[(path.IndexOf(Warehouse, StringComparison.Ordinal) + Warehouse.Length)..];
}
