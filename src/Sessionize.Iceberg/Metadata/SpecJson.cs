using System.Text.Json;
using Sessionize.Iceberg.Partitioning;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Partition specs as JSON (Iceberg spec, appendix C).</summary>
internal static class SpecJson
{
    /// <summary>Reads the spec at the reader.</summary>
    public static PartitionSpec Read(ref MetadataJsonReader json)
    {
        json.Object("partition-specs");
        int? id = null;
        IReadOnlyList<PartitionField>? fields = null;
        while (json.NextName())
        {
            if (json.IsName("spec-id"u8))
            {
                id = json.ValueInt("spec-id");
            }
            else if (json.IsName("fields"u8))
            {
                json.Value();
                fields = ReadFields(ref json);
            }
            else
            {
                json.SkipValue();
            }
        }

        return new PartitionSpec(id ?? throw json.Missing("partition-specs.spec-id"), fields ?? throw json.Missing("partition-specs.fields"));
    }

    /// <summary>Reads the fields at the reader; those without ids, as the first tables have them, get ids from 1000 on.</summary>
    public static IReadOnlyList<PartitionField> ReadFields(ref MetadataJsonReader json)
    {
        json.Array("partition-specs.fields");
        List<PartitionField> fields = [];
        while (json.NextItem())
        {
            fields.Add(ReadField(ref json, PartitionSpec.LastIdBeforeFields + 1 + fields.Count));
        }

        return fields;
    }

    /// <summary>Writes a spec as an object.</summary>
    public static void Write(Utf8JsonWriter json, PartitionSpec spec)
    {
        json.WriteStartObject();
        json.WriteNumber("spec-id"u8, spec.Id);
        json.WritePropertyName("fields"u8);
        WriteFields(json, spec);
        json.WriteEndObject();
    }

    /// <summary>Writes the fields of a spec as an array.</summary>
    public static void WriteFields(Utf8JsonWriter json, PartitionSpec spec)
    {
        json.WriteStartArray();
        foreach (PartitionField field in spec.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, field.Name);
            json.WriteString("transform"u8, field.Transform.ToString());
            json.WriteNumber("source-id"u8, field.SourceId);
            json.WriteNumber("field-id"u8, field.FieldId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static PartitionField ReadField(ref MetadataJsonReader json, int idWhereNone)
    {
        json.Object("partition-specs.fields");
        string? name = null;
        string? transform = null;
        int? source = null;
        int id = idWhereNone;
        while (json.NextName())
        {
            if (json.IsName("name"u8))
            {
                name = json.ValueText("partition-specs.fields.name");
            }
            else if (json.IsName("transform"u8))
            {
                transform = json.ValueText("partition-specs.fields.transform");
            }
            else if (json.IsName("source-id"u8))
            {
                source = json.ValueInt("partition-specs.fields.source-id");
            }
            else if (json.IsName("field-id"u8))
            {
                id = json.ValueInt("partition-specs.fields.field-id");
            }
            else
            {
                json.SkipValue();
            }
        }

        return new PartitionField(
            source ?? throw json.Missing("partition-specs.fields.source-id"),
            id,
            name ?? throw json.Missing("partition-specs.fields.name"),
            Transform.Parse(transform is { Length: > 0 } ? transform : throw json.Missing("partition-specs.fields.transform")));
    }
}
