using System.Text.Json;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Schemas as JSON (Iceberg spec, appendix C).</summary>
internal static class SchemaJson
{
    /// <summary>Reads the schema at the reader; one without id, as the first tables have it, gets the id 0.</summary>
    public static IcebergSchema Read(ref MetadataJsonReader json, string field)
    {
        json.Object(field);
        int id = 0;
        IReadOnlyList<IcebergField>? fields = null;
        IReadOnlyList<int> identifiers = [];
        while (json.NextName())
        {
            if (json.IsName("schema-id"u8))
            {
                id = json.ValueInt("schema-id");
            }
            else if (json.IsName("fields"u8))
            {
                json.Value();
                fields = ReadFields(ref json, "");
            }
            else if (json.IsName("identifier-field-ids"u8) && json.ValueOrNull())
            {
                json.Array("identifier-field-ids");
                List<int> ids = [];
                while (json.NextItem())
                {
                    ids.Add(json.Int("identifier-field-ids"));
                }

                identifiers = ids;
            }
            else
            {
                json.SkipValue();
            }
        }

        IcebergSchema schema = new(id, fields ?? throw json.Missing($"{field}.fields")) { IdentifierFieldIds = identifiers };
        HashSet<int> known = [];
        return FirstRepeated(schema.Fields, known) is { } repeated
            ? throw json.Damaged($"{field}.fields", $"has the id {repeated} more than once")
            : identifiers.FirstOrDefault(identifier => !known.Contains(identifier), -1) is var lost and not -1
                ? throw json.Damaged($"{field}.identifier-field-ids", $"names the column {lost}, which is not there")
                : schema;
    }

    /// <summary>Writes a schema as an object.</summary>
    public static void Write(Utf8JsonWriter json, IcebergSchema schema)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "struct"u8);
        json.WriteNumber("schema-id"u8, schema.Id);
        if (schema.IdentifierFieldIds.Count > 0)
        {
            json.WriteStartArray("identifier-field-ids"u8);
            foreach (int id in schema.IdentifierFieldIds)
            {
                json.WriteNumberValue(id);
            }

            json.WriteEndArray();
        }

        WriteFields(json, schema.Fields);
        json.WriteEndObject();
    }

    private static List<IcebergField> ReadFields(ref MetadataJsonReader json, string parent)
    {
        json.Array("fields");
        List<IcebergField> fields = [];
        while (json.NextItem())
        {
            fields.Add(ReadField(ref json, parent));
        }

        return fields;
    }

    private static IcebergField ReadField(ref MetadataJsonReader json, string parent)
    {
        json.Object("fields");
        int? id = null;
        string? name = null;
        string? doc = null;
        IcebergType? type = null;
        bool required = false;
        while (json.NextName())
        {
            if (json.IsName("id"u8))
            {
                id = json.ValueInt("id");
            }
            else if (json.IsName("name"u8))
            {
                name = json.ValueText("name");
            }
            else if (json.IsName("required"u8))
            {
                required = json.ValueBoolean("required");
            }
            else if (json.IsName("doc"u8))
            {
                doc = json.ValueOrNull() ? json.Text("doc") : null;
            }
            else if (json.IsName("type"u8))
            {
                json.Value();
                type = ReadType(ref json, parent + (name ?? (id is { } known ? $"#{known}" : "?")));
            }
            else
            {
                json.SkipValue();
            }
        }

        name = name ?? throw json.Missing($"{parent}name");
        return new IcebergField(id ?? throw json.Missing($"{parent}{name}.id"), name, type ?? throw json.Missing($"{parent}{name}.type"), required)
        {
            Doc = doc,
        };
    }

    private static IcebergType ReadType(ref MetadataJsonReader json, string column)
    {
        if (json.Kind == JsonTokenType.String)
        {
            string name = json.Text(column);
            return PrimitiveType.Parse(name) ?? throw new SessionizeException(
                $"The column '{column}' is of the type '{name}', which format versions 1 and 2 do not have. Choose a table of version 2 without that column.");
        }

        json.Object($"{column}.type");
        PendingType parts = default;
        while (json.NextName())
        {
            if (json.IsName("type"u8))
            {
                parts.Kind = json.ValueText($"{column}.type");
            }
            else if (json.IsName("fields"u8))
            {
                json.Value();
                parts.Fields = ReadFields(ref json, $"{column}.");
            }
            else if (json.IsName("element-id"u8) || json.IsName("key-id"u8))
            {
                parts.FirstId = json.ValueInt($"{column}.element-id");
            }
            else if (json.IsName("value-id"u8))
            {
                parts.SecondId = json.ValueInt($"{column}.value-id");
            }
            else if (json.IsName("element-required"u8) || json.IsName("value-required"u8))
            {
                parts.IsRequired = json.ValueBoolean($"{column}.required");
            }
            else if (json.IsName("element"u8) || json.IsName("key"u8))
            {
                json.Value();
                parts.First = ReadType(ref json, $"{column}.element");
            }
            else if (json.IsName("value"u8))
            {
                json.Value();
                parts.Second = ReadType(ref json, $"{column}.value");
            }
            else
            {
                json.SkipValue();
            }
        }

        return parts.ToType() ?? throw json.Damaged($"{column}.type", $"is no whole '{parts.Kind ?? "type"}'");
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<IcebergField> fields)
    {
        json.WriteStartArray("fields"u8);
        foreach (IcebergField field in fields)
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, field.Id);
            json.WriteString("name"u8, field.Name);
            json.WriteBoolean("required"u8, field.IsRequired);
            json.WritePropertyName("type"u8);
            WriteType(json, field.Type);
            if (field.Doc is { } doc)
            {
                json.WriteString("doc"u8, doc);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteType(Utf8JsonWriter json, IcebergType type)
    {
        if (type is PrimitiveType primitive)
        {
            json.WriteStringValue(primitive.ToString());
            return;
        }

        json.WriteStartObject();
        switch (type)
        {
            case ListType list:
                json.WriteString("type"u8, "list"u8);
                json.WriteNumber("element-id"u8, list.ElementId);
                json.WritePropertyName("element"u8);
                WriteType(json, list.Element);
                json.WriteBoolean("element-required"u8, list.IsElementRequired);
                break;
            case MapType map:
                json.WriteString("type"u8, "map"u8);
                json.WriteNumber("key-id"u8, map.KeyId);
                json.WritePropertyName("key"u8);
                WriteType(json, map.Key);
                json.WriteNumber("value-id"u8, map.ValueId);
                json.WritePropertyName("value"u8);
                WriteType(json, map.Value);
                json.WriteBoolean("value-required"u8, map.IsValueRequired);
                break;
            default:
                json.WriteString("type"u8, "struct"u8);
                WriteFields(json, ((StructType)type).Fields);
                break;
        }

        json.WriteEndObject();
    }

    private static int? FirstRepeated(IReadOnlyList<IcebergField> fields, HashSet<int> known)
    {
        foreach (IcebergField field in fields)
        {
            if (!known.Add(field.Id))
            {
                return field.Id;
            }

            if (FirstRepeated(field.Type, known) is { } repeated)
            {
                return repeated;
            }
        }

        return null;
    }

    private static int? FirstRepeated(IcebergType type, HashSet<int> known) => type switch
    {
        StructType group => FirstRepeated(group.Fields, known),
        ListType list => known.Add(list.ElementId) ? FirstRepeated(list.Element, known) : list.ElementId,
        MapType map when !known.Add(map.KeyId) => map.KeyId,
        MapType map when !known.Add(map.ValueId) => map.ValueId,
        MapType map => FirstRepeated(map.Key, known) ?? FirstRepeated(map.Value, known),
        _ => null,
    };

    /// <summary>The parts of a nested type: their order in the text is free.</summary>
    private struct PendingType
    {
        public string? Kind { get; set; }

        public List<IcebergField>? Fields { get; set; }

        public int? FirstId { get; set; }

        public int? SecondId { get; set; }

        public IcebergType? First { get; set; }

        public IcebergType? Second { get; set; }

        public bool? IsRequired { get; set; }


        public readonly IcebergType? ToType() => Kind switch
        {
            "struct" when Fields is not null => new StructType(Fields),
            "list" when FirstId is { } id && First is not null && IsRequired is { } required => new ListType(id, First, required),
            "map" when FirstId is { } keyId && SecondId is { } valueId && First is not null && Second is not null && IsRequired is { } required =>
                new MapType(keyId, First, valueId, Second, required),
            _ => null,
        };
    }
}
