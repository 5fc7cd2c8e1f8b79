using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Metadata;

public sealed class TableMetadataJsonTests
{
    public static TheoryData<string> Fixtures => [.. FixtureTables.Names.Where(name => name != "user_sessions_v3")];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Read_EachMetadataFileOfSpark_IsWrittenBackTheSame(string name)
    {
        string[] files = Directory.GetFiles(SharedFiles.Find($"iceberg-fixtures/warehouse/sessions/{name}/metadata"), "v*.metadata.json");
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            byte[] original = File.ReadAllBytes(file);
            byte[] written = TableMetadataJson.Write(TableMetadataJson.Read(original, file));
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(original), JsonNode.Parse(written)), $"{file} was written back as {Encoding.UTF8.GetString(written)}");
        }
    }

    [Fact]
    public void Read_Version3_IsRefusedWithPlaceAndVersion()
    {
        string file = SharedFiles.Find("iceberg-fixtures/warehouse/sessions/user_sessions_v3/metadata/v5.metadata.json");
        SessionizeException refusal = Assert.Throws<SessionizeException>(() => TableMetadataJson.Read(File.ReadAllBytes(file), file));
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("format version 3", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Use a table of version 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GzipAndByteOrderMark_IsReadAsPlain()
    {
        byte[] plain = TableMetadataJson.Write(SampleTables.Partitioned());
        using MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        Assert.Equal(plain, TableMetadataJson.Write(TableMetadataJson.Read(zipped.ToArray(), "x")));
        Assert.Equal(plain, TableMetadataJson.Write(TableMetadataJson.Read((byte[])[0xEF, 0xBB, 0xBF, .. plain], "x")));
    }

    [Fact]
    public void Read_FirstFormOfVersion1_FillsInWhatLaterFormsSay()
    {
        TableMetadata table = Read("""
            {"format-version":1,"location":"s3://b/t","last-updated-ms":7,"last-column-id":3,
             "schema":{"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":"string"},{"id":2,"name":"b","required":false,"type":"timestamptz"}]},
             "partition-spec":[{"name":"b_day","transform":"day","source-id":2},{"name":"a_bucket","transform":"bucket[8]","source-id":1}],
             "properties":{},"current-snapshot-id":5,
             "snapshots":[{"snapshot-id":5,"timestamp-ms":6,"manifests":["s3://b/t/m1.avro","s3://b/t/m2.avro"]}]}
            """);

        Assert.Equal(0, table.CurrentSchemaId);
        Assert.Equal([1000, 1001], table.DefaultSpec.Fields.Select(field => field.FieldId));
        Assert.Equal(1001, table.LastPartitionId);
        Assert.Equal(new Transform(TransformKind.Bucket, 8), table.DefaultSpec.Fields[1].Transform);
        Assert.Equal(SortOrder.Unsorted, table.DefaultSortOrder);
        Assert.Equal(5, table.Refs[SnapshotRef.Main].SnapshotId);
        Assert.Equal(["s3://b/t/m1.avro", "s3://b/t/m2.avro"], table.CurrentSnapshot!.Manifests);
        Assert.Equal(0, table.LastSequenceNumber);
        Assert.Equal(table.TableUuid, Read(Encoding.UTF8.GetString(TableMetadataJson.Write(table))).TableUuid);
        Assert.True(Guid.TryParse(table.TableUuid, out _));
    }

    [Fact]
    public void Read_MissingOrMinusOneOrNullSnapshot_IsEmpty()
    {
        JsonObject json = Sample();
        Assert.Null(Read(json).CurrentSnapshotId);
        json["current-snapshot-id"] = null;
        Assert.Null(Read(json).CurrentSnapshotId);
        json.Remove("current-snapshot-id");
        Assert.Null(Read(json).CurrentSnapshotId);
        Assert.Equal(-1, JsonNode.Parse(TableMetadataJson.Write(Read(json)))!["current-snapshot-id"]!.GetValue<long>());
    }

    [Fact]
    public void Read_UnknownFields_AreKeptInTableAndSnapshots()
    {
        JsonObject json = Sample(SampleTables.WithSnapshots(SampleTables.Partitioned(), 1));
        json["statistics"] = JsonNode.Parse("""[{"snapshot-id":1,"deep":{"x":[1,2.50,"ü"]}}]""");
        json["snapshots"]![0]!["key-id"] = "k";

        JsonNode written = JsonNode.Parse(TableMetadataJson.Write(Read(json)))!;

        Assert.True(JsonNode.DeepEquals(json, written));
    }

    [Theory]
    [InlineData("table-uuid")]
    [InlineData("location")]
    [InlineData("last-sequence-number")]
    [InlineData("last-updated-ms")]
    [InlineData("last-column-id")]
    [InlineData("schemas")]
    [InlineData("current-schema-id")]
    [InlineData("partition-specs")]
    [InlineData("default-spec-id")]
    [InlineData("last-partition-id")]
    [InlineData("sort-orders")]
    [InlineData("default-sort-order-id")]
    [InlineData("format-version")]
    public void Read_RequiredFieldMissing_NamesIt(string field)
    {
        JsonObject json = Sample();
        json.Remove(field);
        Assert.Contains($"'{field}' is missing", Refusal(json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("current-schema-id", "7", "none of 'schemas'")]
    [InlineData("default-spec-id", "7", "none of 'partition-specs'")]
    [InlineData("default-sort-order-id", "7", "none of 'sort-orders'")]
    [InlineData("current-snapshot-id", "7", "none of the snapshots")]
    [InlineData("refs", """{"main":{"snapshot-id":9,"type":"branch"}}""", "names the snapshot 9")]
    [InlineData("refs", """{"t":{"snapshot-id":9,"type":"thing"}}""", "neither 'branch' nor 'tag'")]
    [InlineData("last-column-id", "\"x\"", "no 32-bit integer")]
    [InlineData("last-updated-ms", "1e300", "no 64-bit integer")]
    [InlineData("properties", "[]", "not an object")]
    [InlineData("format-version", "0", "is 0")]
    [InlineData("snapshots", """[{"snapshot-id":1,"timestamp-ms":1,"summary":{"operation":"append"}}]""", "'snapshots.manifest-list' is missing")]
    public void Read_FieldThatDoesNotFit_IsRefusedWithFieldAndPlace(string field, string value, string expected)
    {
        JsonObject json = Sample();
        json[field] = JsonNode.Parse(value);
        string message = Refusal(json);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("the place", message, StringComparison.Ordinal);
        Assert.Contains(field, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("variant")]
    [InlineData("timestamp_ns")]
    [InlineData("decimal(39, 2)")]
    [InlineData("decimal(9, 10)")]
    [InlineData("decimal(,)")]
    [InlineData("fixed[-1]")]
    [InlineData("geometry(OGC:CRS84)")]
    public void Read_TypeOfLaterVersions_IsRefusedWithTheColumn(string type)
    {
        JsonObject json = Sample();
        json["schemas"]![0]!["fields"]!.AsArray().Add(JsonNode.Parse($$"""{"id":90,"name":"odd","required":false,"type":"{{type}}"}"""));
        string message = Refusal(json);
        Assert.Contains("'odd'", message, StringComparison.Ordinal);
        Assert.Contains($"'{type}'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AllTypes_AreReadAndWrittenBack()
    {
        JsonObject json = Sample();
        json["schemas"]![0]!["fields"] = JsonNode.Parse("""
            [{"id":1,"name":"a","required":true,"type":"boolean","doc":"is it"},{"id":2,"name":"b","required":false,"type":"decimal(38, 10)"},
             {"id":3,"name":"c","required":false,"type":"fixed[16]"},{"id":4,"name":"d","required":false,"type":"time"},
             {"id":5,"name":"e","required":false,"type":{"type":"map","key-id":6,"key":"string","value-id":7,
               "value":{"type":"list","element-id":8,"element":{"type":"struct","fields":[{"id":9,"name":"x","required":false,"type":"uuid"}]},"element-required":true},
               "value-required":false}},
             {"id":10,"name":"f","required":false,"type":"int"},{"id":11,"name":"g","required":false,"type":"float"},{"id":12,"name":"h","required":false,"type":"double"},
             {"id":13,"name":"i","required":false,"type":"date"},{"id":14,"name":"j","required":false,"type":"timestamp"},{"id":15,"name":"k","required":false,"type":"binary"}]
            """);
        json["partition-specs"] = JsonNode.Parse("""[{"spec-id":0,"fields":[]}]""");
        json["sort-orders"] = JsonNode.Parse("""[{"order-id":1,"fields":[]}]""");

        TableMetadata table = Read(json);

        Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse(TableMetadataJson.Write(table))));
        Assert.Equal(15, table.CurrentSchema.HighestFieldId);
        Assert.Equal("uuid", table.CurrentSchema.FindNested(9)!.Type.ToString());
        Assert.Equal("is it", table.CurrentSchema.Find("a")!.Doc);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"format-version\":2}{}")]
    [InlineData("{\"format-version\":2,}")]
    [InlineData("{\"format-version\":2,\"location\":\"\\ud800\"}")]
    public void Read_NoJsonObject_IsRefusedWithThePlace(string text) =>
        Assert.Contains("the place", Assert.Throws<SessionizeException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_TypesNestedBeyondAllBounds_IsRefused()
    {
        const int Depth = 100_000;
        string bomb = string.Concat(Enumerable.Repeat("""{"type":"list","element-id":1,"element-required":true,"element":""", Depth));
        Assert.Throws<SessionizeException>(() => Read(
            $$"""{"format-version":2,"schemas":[{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"a","required":true,"type":{{bomb}}"""));
    }

    [Fact]
    public void Read_GzipThatIsCutOff_IsRefused() =>
        Assert.Throws<SessionizeException>(() => TableMetadataJson.Read((byte[])[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3], "the place"));

    private static JsonObject Sample(TableMetadata? table = null) => JsonNode.Parse(TableMetadataJson.Write(table ?? SampleTables.Partitioned()))!.AsObject();

    private static TableMetadata Read(JsonObject json) => Read(json.ToJsonString());

    private static TableMetadata Read(string json) => TableMetadataJson.Read(Encoding.UTF8.GetBytes(json), "the place");

    private static string Refusal(JsonObject json) => Assert.Throws<SessionizeException>(() => Read(json)).Message;
}
