using System.Text.Json;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Writes lists and maps of tables' JSON.</summary>
internal static class JsonLists
{
    /// <summary>Writes a list under a name.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="name">The name.</param>
    /// <param name="items">The items.</param>
    /// <param name="write">Writes an item as one value.</param>
    /// <typeparam name="T">The kind of items.</typeparam>
    public static void WriteList<T>(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a list of objects under a name.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="name">The name.</param>
    /// <param name="items">The items.</param>
    /// <param name="writeFields">Writes the fields of an item.</param>
    /// <typeparam name="T">The kind of items.</typeparam>
    public static void WriteObjects<T>(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<T> items, Action<Utf8JsonWriter, T> writeFields) =>
        json.WriteList(name, items, (target, item) =>
        {
            target.WriteStartObject();
            writeFields(target, item);
            target.WriteEndObject();
        });

    /// <summary>Writes texts by name as an object.</summary>
    public static void WriteMap(this Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> map)
    {
        json.WriteStartObject();
        foreach ((string key, string value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
