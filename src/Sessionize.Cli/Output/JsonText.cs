using System.Text;
using System.Text.Json;

namespace Sessionize.Cli.Output;

/// <summary>Writes one JSON object, of ASCII only: it may be shown on a terminal, and must stay JSON there.</summary>
internal static class JsonText
{
    /// <summary>The text of an object.</summary>
    /// <param name="write">Writes its members.</param>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>A member that is an object of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string?>> texts)
    {
        json.WriteStartObject(name);
        foreach ((string key, string? text) in texts)
        {
            json.WriteString(key, text);
        }

        json.WriteEndObject();
    }

    /// <summary>A member that is a list of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>A member that is a list of objects.</summary>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> objects, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T value in objects)
        {
            json.WriteStartObject();
            write(value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
