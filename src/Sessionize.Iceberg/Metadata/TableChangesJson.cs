using System.Buffers;
using System.Text.Json;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Requests to REST catalogs as JSON (Iceberg REST specification).</summary>
internal static class TableChangesJson
{
    /// <summary>Writes the body of a commit.</summary>
    /// <param name="name">The table.</param>
    /// <param name="requirements">What has to be so.</param>
    /// <param name="updates">The changes, in order.</param>
    /// <returns>The body.</returns>
    public static byte[] WriteCommit(TableName name, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates) => Write(json =>
    {
        json.WriteStartObject("identifier"u8);
        json.WriteList("namespace"u8, name.Namespace, static (json, level) => json.WriteStringValue(level));
        json.WriteString("name"u8, name.Name);
        json.WriteEndObject();
        json.WriteObjects("requirements"u8, requirements, WriteRequirement);
        json.WriteObjects("updates"u8, updates, WriteUpdate);
    });

    /// <summary>Writes the body that creates a table.</summary>
    /// <param name="name">The table.</param>
    /// <param name="creation">What it is to be.</param>
    /// <param name="location">Where it is to lie; <see langword="null"/>: where the catalog puts it.</param>
    /// <returns>The body.</returns>
    public static byte[] WriteCreate(TableName name, TableCreation creation, string? location = null) => Write(json =>
    {
        json.WriteString("name"u8, name.Name);
        if (location is not null)
        {
            json.WriteString("location"u8, location);
        }

        json.WritePropertyName("schema"u8);
        SchemaJson.Write(json, creation.Schema);
        json.WritePropertyName("partition-spec"u8);
        SpecJson.Write(json, creation.Spec);
        json.WritePropertyName("write-order"u8);
        SortOrderJson.Write(json, creation.Order);
        json.WriteBoolean("stage-create"u8, false);
        json.WritePropertyName("properties"u8);

        // Without it a server makes the version that is its default, which may be one that is not written here.
        Dictionary<string, string> properties = new(creation.Properties, StringComparer.Ordinal);
        properties.TryAdd(TableProperties.FormatVersion, "2");
        json.WriteMap(properties);
    });

    /// <summary>Writes a schema.</summary>
    public static byte[] WriteSchema(IcebergSchema schema) => WriteValue(json => SchemaJson.Write(json, schema));

    /// <summary>Writes the fields of a spec alone, as headers of manifests have them.</summary>
    public static byte[] WriteSpecFields(PartitionSpec spec) => WriteValue(json => SpecJson.WriteFields(json, spec));

    private static byte[] Write(Action<Utf8JsonWriter> writeFields) => WriteValue(json =>
    {
        json.WriteStartObject();
        writeFields(json);
        json.WriteEndObject();
    });

    private static byte[] WriteValue(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter json = new(buffer, TableMetadataJson.WriterOptions))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteRequirement(Utf8JsonWriter json, TableRequirement requirement)
    {
        switch (requirement)
        {
            case TableRequirement.SameTable same:
                json.WriteString("type"u8, "assert-table-uuid"u8);
                json.WriteString("uuid"u8, same.Uuid);
                break;
            case TableRequirement.RefIs named:
                json.WriteString("type"u8, "assert-ref-snapshot-id"u8);
                json.WriteString("ref"u8, named.Name);
                if (named.SnapshotId is { } id)
                {
                    json.WriteNumber("snapshot-id"u8, id);
                }
                else
                {
                    json.WriteNull("snapshot-id"u8);
                }

                break;
            case TableRequirement.LastColumnIs last:
                json.WriteString("type"u8, "assert-last-assigned-field-id"u8);
                json.WriteNumber("last-assigned-field-id"u8, last.FieldId);
                break;
            case TableRequirement.CurrentSchemaIs schema:
                json.WriteString("type"u8, "assert-current-schema-id"u8);
                json.WriteNumber("current-schema-id"u8, schema.SchemaId);
                break;
            default:
                throw new NotSupportedException($"The requirement {requirement} has no form in JSON.");
        }
    }

    private static void WriteUpdate(Utf8JsonWriter json, TableUpdate update)
    {
        switch (update)
        {
            case TableUpdate.AddSchema add:
                json.WriteString("action"u8, "add-schema"u8);
                json.WritePropertyName("schema"u8);
                SchemaJson.Write(json, add.Schema);
                json.WriteNumber("last-column-id"u8, add.Schema.HighestFieldId);
                break;
            case TableUpdate.SetCurrentSchema set:
                json.WriteString("action"u8, "set-current-schema"u8);
                json.WriteNumber("schema-id"u8, set.SchemaId);
                break;
            case TableUpdate.AddSnapshot add:
                json.WriteString("action"u8, "add-snapshot"u8);
                json.WritePropertyName("snapshot"u8);
                SnapshotJson.Write(json, add.Snapshot);
                break;
            case TableUpdate.SetRef set:
                json.WriteString("action"u8, "set-snapshot-ref"u8);
                json.WriteString("ref-name"u8, set.Name);
                SnapshotJson.WriteRefFields(json, set.Ref);
                break;
            case TableUpdate.RemoveRef remove:
                json.WriteString("action"u8, "remove-snapshot-ref"u8);
                json.WriteString("ref-name"u8, remove.Name);
                break;
            case TableUpdate.RemoveSnapshots remove:
                json.WriteString("action"u8, "remove-snapshots"u8);
                json.WriteList("snapshot-ids"u8, remove.SnapshotIds, static (json, id) => json.WriteNumberValue(id));
                break;
            case TableUpdate.SetProperties set:
                json.WriteString("action"u8, "set-properties"u8);
                json.WritePropertyName("updates"u8);
                json.WriteMap(set.Properties);
                break;
            default:
                throw new NotSupportedException($"The change {update} has no form in JSON.");
        }
    }
}
