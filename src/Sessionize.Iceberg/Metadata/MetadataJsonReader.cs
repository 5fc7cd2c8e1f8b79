using System.Text.Json;

namespace Sessionize.Iceberg.Metadata;

/// <summary>Reads JSON of tables front to back. What is not as it has to be is thrown with the place and the field.</summary>
/// <remarks>
/// A thin shell around <see cref="Utf8JsonReader"/>: metadata with thousands of snapshots is read at each commit, and a document in memory would
/// cost as much again as reading it. Its depth limit of 64 also bounds the recursion over nested types.
/// </remarks>
internal ref struct MetadataJsonReader
{
    private readonly string _place;
    private Utf8JsonReader _json;

    /// <summary>Starts at the beginning.</summary>
    /// <param name="utf8">The text, without a byte order mark.</param>
    /// <param name="place">What messages call it.</param>
    public MetadataJsonReader(ReadOnlySpan<byte> utf8, string place)
    {
        _place = place;
        _json = new Utf8JsonReader(utf8);
    }

    /// <summary>The kind of value that the reader is at.</summary>
    public readonly JsonTokenType Kind => _json.TokenType;

    /// <summary>Goes to the first value.</summary>
    public void Start() => Advance("the beginning");

    /// <summary>At the end of the value that was read, makes sure that nothing follows.</summary>
    public void End()
    {
        if (_json.Read())
        {
            throw Damaged("the end", "is followed by something else");
        }
    }

    /// <summary>Makes sure that the reader is at an object.</summary>
    public readonly void Object(string field) => Expect(JsonTokenType.StartObject, field, "an object");

    /// <summary>Makes sure that the reader is at an array.</summary>
    public readonly void Array(string field) => Expect(JsonTokenType.StartArray, field, "a list");

    /// <summary>In an object, goes to the next name.</summary>
    /// <returns>Whether there was one.</returns>
    public bool NextName()
    {
        Advance("an object");
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>In an array, goes to the next value.</summary>
    /// <returns>Whether there was one.</returns>
    public bool NextItem()
    {
        Advance("a list");
        return _json.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Whether the name at the reader is this one.</summary>
    public readonly bool IsName(ReadOnlySpan<byte> name) => _json.ValueTextEquals(name);

    /// <summary>Whether the text or name at the reader is this one.</summary>
    public readonly bool IsText(string text) => _json.ValueTextEquals(text);

    /// <summary>The name at the reader.</summary>
    public readonly string Name() => _json.GetString()!;

    /// <summary>Goes from a name to its value.</summary>
    public void Value() => Advance("a field");

    /// <summary>Goes from a name to its value.</summary>
    /// <returns>Whether it is something else than <c>null</c>.</returns>
    public bool ValueOrNull()
    {
        Advance("a field");
        return _json.TokenType != JsonTokenType.Null;
    }

    /// <summary>Goes to the value of the name at the reader and reads it as a text.</summary>
    public string ValueText(string field)
    {
        Value();
        return Text(field);
    }

    /// <summary>Goes to the value of the name at the reader and reads it as a number.</summary>
    public int ValueInt(string field)
    {
        Value();
        return Int(field);
    }

    /// <summary>Goes to the value of the name at the reader and reads it as a number.</summary>
    public long ValueLong(string field)
    {
        Value();
        return Long(field);
    }

    /// <summary>Goes to the value of the name at the reader and reads it as true or false.</summary>
    public bool ValueBoolean(string field)
    {
        Value();
        return _json.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw Damaged(field, "is neither true nor false"),
        };
    }

    /// <summary>The text at the reader.</summary>
    public readonly string Text(string field)
    {
        Expect(JsonTokenType.String, field, "a text");
        return _json.GetString()!;
    }

    /// <summary>The number at the reader.</summary>
    public readonly int Int(string field) =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out int value) ? value : throw Damaged(field, "is no 32-bit integer");

    /// <summary>The number at the reader.</summary>
    public readonly long Long(string field) =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out long value) ? value : throw Damaged(field, "is no 64-bit integer");

    /// <summary>Passes the value of the name at the reader.</summary>
    public void SkipValue() => _json.Skip();

    /// <summary>Keeps the value of the name at the reader as it is.</summary>
    public JsonElement KeepValue()
    {
        Value();
        return JsonElement.ParseValue(ref _json);
    }

    /// <summary>What is thrown of a field that is not as it has to be.</summary>
    public readonly SessionizeException Damaged(string field, string what) => Damage(_place, field, what);

    /// <summary>What is thrown of a field that is not there.</summary>
    public readonly SessionizeException Missing(string field) => Damage(_place, field, "is missing");

    /// <summary>What is thrown of metadata that is not as it has to be.</summary>
    public static SessionizeException Damage(string place, string field, string what, Exception? cause = null) => new(
        $"The table metadata {place} is damaged: '{field}' {what}. Restore the file from a backup, or point the catalog to an earlier metadata file of the table.", cause);

    private void Advance(string where)
    {
        if (!_json.Read())
        {
            throw Damaged(where, "ends too early");
        }
    }

    private readonly void Expect(JsonTokenType kind, string field, string what)
    {
        if (_json.TokenType != kind)
        {
            throw Damaged(field, $"is not {what}");
        }
    }
}
