using System.Buffers;
using System.Text.Json;

namespace Sessionize.Iceberg.Catalogs.Rest;

/// <summary>Small pieces of JSON that REST catalogs send and get, without reflection.</summary>
internal static class RestJson
{
    /// <summary>A field that is an object of texts; empty where there is none.</summary>
    /// <param name="parent">Where it is a field.</param>
    /// <param name="name">The field.</param>
    public static Dictionary<string, string> Texts(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement map) ? Texts(map) : [];

    /// <summary>An object of texts; values that are no texts are kept as they are written, <c>null</c> is left out.</summary>
    public static Dictionary<string, string> Texts(JsonElement map)
    {
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        if (map.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in map.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
            {
                texts[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
            }
        }

        return texts;
    }

    /// <summary>A field that is a text; <see langword="null"/> where there is none.</summary>
    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The body that creates a namespace.</summary>
    public static byte[] WriteNamespace(IEnumerable<string> levels)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("namespace"u8);
            foreach (string level in levels)
            {
                json.WriteStringValue(level);
            }

            json.WriteEndArray();
            json.WriteStartObject("properties"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
