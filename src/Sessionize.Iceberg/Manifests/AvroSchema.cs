using System.Globalization;
using System.Text.Json;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Reads the schema that an Avro file was written with.</summary>
/// <param name="place">Where the file lies, for messages.</param>
internal sealed class AvroSchema(string place)
{
    private readonly Dictionary<string, AvroType> _named = new(StringComparer.Ordinal);

    /// <summary>Reads a schema.</summary>
    /// <param name="json">The schema as JSON.</param>
    /// <param name="place">Where the file lies, for messages.</param>
    /// <exception cref="SessionizeException">It is none.</exception>
    public static AvroType Parse(ReadOnlyMemory<byte> json, string place)
    {
        try
        {
            // The document's depth limit of 64 bounds the recursion below.
            using JsonDocument document = JsonDocument.Parse(json);
            return new AvroSchema(place).Read(document.RootElement);
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw AvroContainer.Damaged(place, "its schema is no Avro schema", damage);
        }
    }

    private AvroType Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => ByName(json.GetString()!),
        JsonValueKind.Array => new AvroType(AvroKind.Union) { Items = [.. json.EnumerateArray().Select(Read)] },
        JsonValueKind.Object => ReadObject(json),
        _ => throw AvroContainer.Damaged(place, "its schema is no Avro schema"),
    };

    private AvroType ReadObject(JsonElement json)
    {
        JsonElement type = json.GetProperty("type");
        if (type.ValueKind != JsonValueKind.String)
        {
            return Read(type);
        }

        switch (type.GetString())
        {
            case "record" or "error":
                AvroType record = Named(json, new AvroType(AvroKind.Record));
                record.Fields = [.. json.GetProperty("fields").EnumerateArray().Select(ReadField)];
                return record;
            case "array":
                return new AvroType(AvroKind.Array) { Items = [Read(json.GetProperty("items"))] };
            case "map":
                return new AvroType(AvroKind.Map) { Items = [Read(json.GetProperty("values"))] };
            case "fixed":
                int length = json.GetProperty("size").GetInt32();
                return length >= 0 ? Named(json, new AvroType(AvroKind.Fixed) { Length = length }) : throw AvroContainer.Damaged(place, "its schema has a negative size");
            case "enum":
                return Named(json, new AvroType(AvroKind.Enum));
            case var name:
                return ByName(name!);
        }
    }

    private AvroField ReadField(JsonElement json) =>
        new(json.GetProperty("name").GetString() ?? "", IdOf(json), Read(json.GetProperty("type")));

    private static int? IdOf(JsonElement field) => !field.TryGetProperty("field-id", out JsonElement id)
        ? null
        : id.ValueKind == JsonValueKind.Number
            ? id.GetInt32()
            : int.Parse(id.GetString() ?? "", NumberStyles.None, CultureInfo.InvariantCulture);

    private AvroType Named(JsonElement json, AvroType type)
    {
        string name = json.GetProperty("name").GetString() ?? "";
        _named[name] = type;
        if (json.TryGetProperty("namespace", out JsonElement space))
        {
            _named[$"{space.GetString()}.{name}"] = type;
        }

        return type;
    }

    private AvroType ByName(string name) => name switch
    {
        "null" => new AvroType(AvroKind.Null),
        "boolean" => new AvroType(AvroKind.Boolean),
        "int" => new AvroType(AvroKind.Int),
        "long" => new AvroType(AvroKind.Long),
        "float" => new AvroType(AvroKind.Float),
        "double" => new AvroType(AvroKind.Double),
        "bytes" => new AvroType(AvroKind.Bytes),
        "string" => new AvroType(AvroKind.String),
        _ => _named.TryGetValue(name, out AvroType? known) ? known : throw AvroContainer.Damaged(place, $"its schema names the type '{name}', which it does not have"),
    };
}
