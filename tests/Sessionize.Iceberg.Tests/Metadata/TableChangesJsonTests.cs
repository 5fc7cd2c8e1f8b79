using System.Text.Json.Nodes;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Partitioning;
using Xunit;

namespace Sessionize.Iceberg.Tests.Metadata;

public sealed class TableChangesJsonTests
{
    private static readonly TableName s_name = new(["a", "b"], "t");

    [Fact]
    public void WriteCommit_Append_IsTheBodyOfTheRestSpecification() => AssertJson(
        """
        {"identifier":{"namespace":["a","b"],"name":"t"},
         "requirements":[{"type":"assert-table-uuid","uuid":"u"},{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":null},{"type":"assert-ref-snapshot-id","ref":"x","snapshot-id":7}],
         "updates":[{"action":"add-snapshot","snapshot":{"sequence-number":8,"snapshot-id":456,"parent-snapshot-id":123,"timestamp-ms":9,
                     "summary":{"operation":"append","k":"ü\"+<"},"manifest-list":"s3://b/l.avro","schema-id":0}},
                    {"action":"set-snapshot-ref","ref-name":"main","snapshot-id":456,"type":"branch"},
                    {"action":"set-snapshot-ref","ref-name":"t","snapshot-id":456,"type":"tag","max-ref-age-ms":5}]}
        """,
        TableChangesJson.WriteCommit(
            s_name,
            [new TableRequirement.SameTable("u"), new TableRequirement.RefIs("main", null), new TableRequirement.RefIs("x", 7)],
            [
                new TableUpdate.AddSnapshot(new Snapshot
                {
                    Id = 456,
                    ParentId = 123,
                    SequenceNumber = 8,
                    TimestampMs = 9,
                    ManifestList = "s3://b/l.avro",
                    Summary = new Dictionary<string, string> { ["operation"] = "append", ["k"] = "ü\"+<" },
                    SchemaId = 0,
                }),
                new TableUpdate.SetRef("main", new SnapshotRef(456, true)),
                new TableUpdate.SetRef("t", new SnapshotRef(456, false) { MaxRefAgeMs = 5 }),
            ]));

    [Fact]
    public void WriteCommit_EveryOtherChange_IsTheBodyOfTheRestSpecification() => AssertJson(
        """
        {"identifier":{"namespace":["a","b"],"name":"t"},
         "requirements":[{"type":"assert-last-assigned-field-id","last-assigned-field-id":1},{"type":"assert-current-schema-id","current-schema-id":2}],
         "updates":[{"action":"add-schema","schema":{"type":"struct","schema-id":1,"fields":[{"id":5,"name":"c","required":true,"type":"long"}]},"last-column-id":5},
                    {"action":"set-current-schema","schema-id":-1},
                    {"action":"remove-snapshot-ref","ref-name":"old"},{"action":"remove-snapshots","snapshot-ids":[1,2]},
                    {"action":"set-properties","updates":{"p":"q"}}]}
        """,
        TableChangesJson.WriteCommit(
            s_name,
            [new TableRequirement.LastColumnIs(1), new TableRequirement.CurrentSchemaIs(2)],
            [
                new TableUpdate.AddSchema(new IcebergSchema(1, [new IcebergField(5, "c", new PrimitiveType(PrimitiveKind.Long), true)])),
                new TableUpdate.SetCurrentSchema(-1),
                new TableUpdate.RemoveRef("old"),
                new TableUpdate.RemoveSnapshots([1, 2]),
                new TableUpdate.SetProperties(new Dictionary<string, string> { ["p"] = "q" }),
            ]));

    [Fact]
    public void WriteCreate_Table_HasEverythingThatItIsToBe()
    {
        IcebergSchema schema = new(0, [new IcebergField(1, "c", new PrimitiveType(PrimitiveKind.Long))]);
        TableCreation creation = new(schema, PartitionSpec.Unpartitioned, SortOrder.Unsorted, new Dictionary<string, string> { ["p"] = "q" });
        const string Rest = """
            "schema":{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"c","required":false,"type":"long"}]},"partition-spec":{"spec-id":0,"fields":[]},
            "write-order":{"order-id":0,"fields":[]},"stage-create":false,"properties":{"p":"q","format-version":"2"}}
            """;
        AssertJson($$"""{"name":"t",{{Rest}}""", TableChangesJson.WriteCreate(s_name, creation));
        AssertJson($$"""{"name":"t","location":"s3://b/t",{{Rest}}""", TableChangesJson.WriteCreate(s_name, creation, "s3://b/t"));
    }

    private static void AssertJson(string expected, byte[] actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), System.Text.Encoding.UTF8.GetString(actual));
}
