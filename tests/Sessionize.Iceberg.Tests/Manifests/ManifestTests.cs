using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Tests.Metadata;
using Xunit;

namespace Sessionize.Iceberg.Tests.Manifests;

public sealed partial class ManifestTests
{
    private static readonly TableMetadata s_table = SampleTables.Partitioned();

    [Fact]
    public void Write_AddedEntries_InheritTheNumbersOfTheCommit()
    {
        ManifestFile manifest = Write([Added("a"), Added("b") with { SequenceNumber = 3 }], out byte[] bytes);
        Assert.Null(manifest.SequenceNumber);
        Assert.Equal(3, manifest.MinSequenceNumber);
        Assert.Null(Write([Added("a")], out _).MinSequenceNumber);

        IReadOnlyList<ManifestEntry> read = ManifestReader.Read(bytes, manifest with { SequenceNumber = 8 }, s_table);

        Assert.Equal([(8L, 8L), (3, 8)], read.Select(entry => (entry.SequenceNumber!.Value, entry.FileSequenceNumber!.Value)));
        Assert.All(read, entry => Assert.Equal(5, entry.SnapshotId));
        Assert.All(ManifestReader.Read(bytes, manifest, s_table), entry => Assert.Null(entry.FileSequenceNumber));
    }

    [Fact]
    public void Write_DeletedEntry_IsOfTheSnapshotThatDeletesIt()
    {
        ManifestFile manifest = Write([Added("a") with { Status = EntryStatus.Deleted, SnapshotId = 1, SequenceNumber = 2, FileSequenceNumber = 2 }], out byte[] bytes);
        Assert.Equal((5L, 2L), Assert.Single(ManifestReader.Read(bytes, manifest, s_table)) is { } entry ? (entry.SnapshotId!.Value, entry.SequenceNumber!.Value) : default);
        Assert.Null(manifest.MinSequenceNumber);
    }

    [Theory]
    [InlineData(1, null, null)]
    [InlineData(null, 1, 1)]
    public void Write_ExistingEntryWithoutItsNumbers_IsRefused(int? snapshot, int? sequence, int? fileSequence) => Assert.Contains("existed before",
        Assert.Throws<ArgumentException>(() =>
            Write([new ManifestEntry(EntryStatus.Existing, snapshot, sequence, fileSequence, Added("a").File)], out _)).Message, StringComparison.Ordinal);

    [Fact]
    public void Write_PartitionOfAnotherSpec_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Write([new ManifestEntry(EntryStatus.Added, 5, null, null, Added("a").File with { Partition = PartitionKey.None })], out _));

    [Fact]
    public void Write_DeletesOfVersion1_AreRefused() => Assert.Throws<ArgumentException>(() =>
        ManifestWriter.Write("m", SampleTables.AsVersion1(s_table), s_table.DefaultSpec, ManifestContent.Deletes, 5, [], out _));

    [Fact]
    public void Write_Header_HasAllKeys()
    {
        Write([Added("a")], out byte[] bytes);
        IReadOnlyDictionary<string, byte[]> header = AvroContainer.Open(bytes, "x").Metadata;
        Assert.Equal(
            ["avro.codec", "avro.schema", "content", "format-version", "partition-spec", "partition-spec-id", "schema", "schema-id"],
            header.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("""[{"name":"session_date","transform":"identity","source-id":10,"field-id":1000},{"name":"user_hash_bucket","transform":"identity","source-id":11,"field-id":1001}]""",
            Encoding.UTF8.GetString(header["partition-spec"]));
        Assert.Equal(("data", "2", "0", "deflate"), (Text(header, "content"), Text(header, "format-version"), Text(header, "schema-id"), Text(header, "avro.codec")));
    }

    [Fact]
    public void Write_SameEntries_SameBytes()
    {
        Write([Added("a")], out byte[] first);
        Write([Added("a")], out byte[] second);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Write_Schema_IsThatOfSpark()
    {
        string spark = SharedFiles.Find("iceberg-fixtures/warehouse/sessions/user_sessions_partitioned/metadata/1972f061-c590-432f-8612-fba3ac658aae-m0.avro");
        Write([Added("a")], out byte[] bytes);
        Assert.Equal(SchemaOf(File.ReadAllBytes(spark)), SchemaOf(bytes));
    }

    [Fact]
    public void WriteList_Schema_IsThatOfSpark()
    {
        string metadata = SharedFiles.Find("iceberg-fixtures/warehouse/sessions");
        foreach ((string name, int version) in (ReadOnlySpan<(string, int)>)[("user_sessions_flat", 2), ("user_sessions_v1", 1)])
        {
            string spark = Directory.GetFiles($"{metadata}/{name}/metadata", "snap-*.avro")[0];
            byte[] list = ManifestListWriter.Write([], SampleTables.Next(s_table), version);
            Assert.Equal(SchemaOf(File.ReadAllBytes(spark)), SchemaOf(list));
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("deflate")]
    [InlineData("zstandard")]
    public void Read_WithoutFieldIds_FindsFieldsByName(string codec)
    {
        ManifestEntry[] entries = [Added("a"), Added("b")];
        ManifestFile manifest = Write(entries, out byte[] bytes) with { SequenceNumber = 4 };
        byte[] list = ManifestListWriter.Write([manifest], SampleTables.Next(s_table), 2);

        byte[] foreign = AvroFiles.Rewrite(bytes, codec, schema => FieldIds().Replace(schema, ""));
        byte[] foreignList = AvroFiles.Rewrite(list, codec, schema => FieldIds().Replace(schema, "").Replace("added_files_count", "added_data_files_count", StringComparison.Ordinal));

        FixtureManifestTests.Entries_AreSame(ManifestReader.Read(bytes, manifest, s_table), ManifestReader.Read(foreign, manifest, s_table));
        FixtureManifestTests.AssertSame(ManifestListReader.Read(list, "x"), ManifestListReader.Read(foreignList, "x"));
    }

    [Fact]
    public void Read_OtherNames_FindsFieldsById()
    {
        ManifestFile manifest = Write([Added("a")], out byte[] bytes) with { SequenceNumber = 4 };
        byte[] renamed = AvroFiles.Rewrite(bytes, "deflate", schema => FieldNames().Replace(schema, "\"name\":\"x$1\""));
        FixtureManifestTests.Entries_AreSame(ManifestReader.Read(bytes, manifest, s_table), ManifestReader.Read(renamed, manifest, s_table));
    }

    [Fact]
    public void Read_FieldsThatAreNotKnown_ArePassedOver()
    {
        ManifestFile manifest = Write([Added("a")], out byte[] bytes) with { SequenceNumber = 4 };
        byte[] strange = AvroFiles.Rewrite(bytes, "deflate", schema => schema
            .Replace("\"field-id\":108", "\"field-id\":9108", StringComparison.Ordinal).Replace("\"field-id\":125", "\"field-id\":9125", StringComparison.Ordinal)
            .Replace("\"field-id\":132", "\"field-id\":9132", StringComparison.Ordinal).Replace("\"field-id\":1000", "\"field-id\":1900", StringComparison.Ordinal));
        DataFile read = Assert.Single(ManifestReader.Read(strange, manifest, s_table)).File;
        Assert.Null(read.ColumnSizes);
        Assert.Null(read.LowerBounds);
        Assert.Null(read.SplitOffsets);
        Assert.Equal([null, 7], read.Partition.Values);
        Assert.Equal(5, read.ValueCounts![1]);
    }

    [Fact]
    public void Read_Snappy_IsRefusedWithARemedy()
    {
        ManifestFile manifest = Write([Added("a")], out byte[] bytes);
        Assert.Contains("write.avro.compression-codec", Assert.Throws<SessionizeException>(() =>
            ManifestReader.Read(AvroFiles.Rewrite(bytes, "snappy", schema => schema), manifest, s_table)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SpecThatTheTableDoesNotHave_IsRefused()
    {
        ManifestFile manifest = Write([Added("a")], out byte[] bytes);
        Assert.Contains("partition spec 9", Assert.Throws<SessionizeException>(() => ManifestReader.Read(bytes, manifest with { SpecId = 9 }, s_table)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WidenedPartitionColumn_HasTheWiderValues()
    {
        ManifestFile manifest = Write([Added("a")], out byte[] bytes);
        IcebergSchema wider = s_table.CurrentSchema with
        {
            Fields = [.. s_table.CurrentSchema.Fields.Select(field => field.Name == "user_hash_bucket" ? field with { Type = new PrimitiveType(PrimitiveKind.Long) } : field)],
        };
        Assert.Equal(["2024-01-01", 7L], Assert.Single(ManifestReader.Read(bytes, manifest, s_table with { Schemas = [wider] })).File.Partition.Values);
    }

    [Fact]
    public void Read_SchemaThatContainsItselfWithoutBytes_IsRefusedSoon()
    {
        // Each record holds the next one twice: passing over the first would take 2^60 steps.
        StringBuilder schema = new("""{"type":"record","name":"e","fields":[{"name":"status","type":"int"},{"name":"data_file","type":{"type":"record","name":"f","fields":[""");
        schema.Append("""{"name":"file_path","type":"string"},{"name":"file_format","type":"string"},{"name":"record_count","type":"long"},{"name":"file_size_in_bytes","type":"long"}]}},""");
        schema.Append("""{"name":"x0","type":{"type":"record","name":"r0","fields":[]}}""");
        for (int level = 1; level < 60; level++)
        {
            schema.Append(
                """,{"name":"xN","type":{"type":"record","name":"rN","fields":[{"name":"a","type":"rM"},{"name":"b","type":"rM"}]}}"""
                    .Replace("N", $"{level}", StringComparison.Ordinal).Replace("M", $"{level - 1}", StringComparison.Ordinal));
        }

        AvroEncoder block = new();
        block.Long(1);
        block.Text("p");
        block.Text("PARQUET");
        block.Long(1);
        block.Long(1);
        byte[] file = AvroFiles.Build(
            new Dictionary<string, byte[]> { ["avro.schema"] = Encoding.UTF8.GetBytes(schema.Append("]}").ToString()), ["avro.codec"] = [] }, "null", [(1, block.Encoded.ToArray())]);
        ManifestFile manifest = Write([Added("a")], out _);
        Assert.Throws<SessionizeException>(() => ManifestReader.Read(file, manifest, s_table));
    }

    [Fact]
    public void Read_BlockThatClaimsMoreRecordsThanBytes_IsRefused()
    {
        ManifestFile manifest = Write([Added("a")], out byte[] bytes);
        AvroContainer container = AvroContainer.Open(bytes, "x");
        byte[] file = AvroFiles.Build(container.Metadata, "null", [(int.MaxValue, [0])]);
        Assert.Contains("says that it has", Assert.Throws<SessionizeException>(() => ManifestReader.Read(file, manifest, s_table)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteList_ManifestOfAnotherSnapshotWithoutNumber_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ManifestListWriter.Write([Write([Added("a")], out _)], SampleTables.Next(s_table), 2));

    [Fact]
    public void WriteList_CountsNotTold_AreRefusedInVersion2Only()
    {
        ManifestFile manifest = Write([Added("a")], out _) with { AddedSnapshotId = 1, AddedFilesCount = null };
        Assert.Contains("rewrite_manifests", Assert.Throws<SessionizeException>(() => ManifestListWriter.Write([manifest], SampleTables.Next(s_table), 2)).Message, StringComparison.Ordinal);
        Assert.Null(Assert.Single(ManifestListReader.Read(ManifestListWriter.Write([manifest], SampleTables.Next(s_table), 1), "x")).AddedFilesCount);
    }

    [Fact]
    public void FieldMap_Lookups_FindWhatIsThere()
    {
        FieldMap<long> map = new([1, 5, 9], [10, 50, 90]);
        Assert.Equal((50, 3), (map[5], map.Count));
        Assert.True(map.ContainsKey(9));
        Assert.False(map.TryGetValue(2, out _));
        Assert.Throws<KeyNotFoundException>(() => map[2]);
        Assert.Equal([1, 5, 9], map.Keys);
        Assert.Equal([10L, 50, 90], map.Values);
        Assert.Equal([1, 5, 9], map.Select(pair => pair.Key));
    }

    private static ManifestFile Write(ManifestEntry[] entries, out byte[] bytes) =>
        ManifestWriter.Write("/tmp/t/metadata/m.avro", s_table, s_table.DefaultSpec, ManifestContent.Data, 5, entries, out bytes);

    private static ManifestEntry Added(string path) => new(EntryStatus.Added, 5, null, null, new DataFile
    {
        FilePath = path,
        SpecId = 0,
        Partition = new PartitionKey(["2024-01-01", 7]),
        RecordCount = 5,
        FileSizeInBytes = 100,
        ColumnSizes = new Dictionary<int, long> { [2] = 20, [1] = 10 },
        ValueCounts = new Dictionary<int, long> { [1] = 5, [2] = 5 },
        LowerBounds = new Dictionary<int, byte[]> { [1] = "a"u8.ToArray() },
        SplitOffsets = [4],
    });

    private static string Text(IReadOnlyDictionary<string, byte[]> header, string key) => Encoding.UTF8.GetString(header[key]);

    /// <summary>Every field with its id and type, without the texts that explain them.</summary>
    private static string SchemaOf(byte[] file)
    {
        using JsonDocument schema = JsonDocument.Parse(AvroContainer.Open(file, "x").Metadata["avro.schema"]);
        return Describe(schema.RootElement);
    }

    private static string Describe(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', json.EnumerateObject().Where(part => part.Name != "doc").OrderBy(part => part.Name, StringComparer.Ordinal).Select(part => $"{part.Name}:{Describe(part.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', json.EnumerateArray().Select(Describe))}]",
        _ => json.GetRawText(),
    };

    [GeneratedRegex(""","(field-id|element-id)":\d+""")]
    private static partial Regex FieldIds();

    [GeneratedRegex("""
        "name":"([a-z_]+)"(?=,"type":[^"]|,"type":"(?!record|fixed))
        """)]
    private static partial Regex FieldNames();
}
