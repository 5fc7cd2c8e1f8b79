using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sessionize.Tests.Parsing;

/// <summary>Semantics section 8 for one line, written a second time over the class library's JSON reader: slow, and plain to see right.</summary>
/// <remarks>Times are milliseconds. Fields stand where they stand by default, and in <c>geo</c> and <c>geo.city</c>.</remarks>
internal static class ReferenceReader
{
    private const long EndOfTimeMs = 7_258_118_400_000;

    public static ParsedRecord Read(byte[] record)
    {
        if (!Utf8.IsValid(record))
        {
            return new ParsedRecord(BadEventReason.InvalidUtf8);
        }

        Value? root = ReadObject(record);
        if (root is null)
        {
            return new ParsedRecord(BadEventReason.MalformedJson);
        }

        Value? geo = root.Member("geo");
        Value?[] fields = [root.Member("uuid"), root.Member("event_timestamp"), root.Member("page_name"), root.Member("event_id"), geo, geo?.Member("city")];
        string?[] texts = [.. fields.Select(field => field is null ? "" : field.Text())];
        if (texts.Contains(null))
        {
            return new ParsedRecord(BadEventReason.InvalidUtf8);
        }

        BadEventReason reason = texts[0] == "" ? BadEventReason.MissingUserId : ReadTime(fields[1], texts[1]!, out _);
        ReadTime(fields[1], texts[1]!, out long timestampMs);
        return reason != BadEventReason.None
            ? new ParsedRecord(reason)
            : new ParsedRecord(reason, texts[0]!, timestampMs, texts[2]!, texts[3]!, texts[4]!, texts[5]!);
    }

    private static BadEventReason ReadTime(Value? value, string text, out long timestampMs)
    {
        timestampMs = 0;
        if (value is null || value.Kind == JsonTokenType.Null || (value.Kind == JsonTokenType.String && text == ""))
        {
            return BadEventReason.MissingTimestamp;
        }

        bool isNegative = value.Kind == JsonTokenType.Number && text.StartsWith('-') && text != "-0";
        string digits = value.Kind == JsonTokenType.Number ? text.TrimStart('-') : text;
        if (digits == "" || !digits.All(char.IsAsciiDigit))
        {
            return BadEventReason.BadTimestamp;
        }

        return isNegative || !long.TryParse(digits, out timestampMs) || timestampMs >= EndOfTimeMs ? BadEventReason.TimestampOutOfRange : BadEventReason.None;
    }

    private static Value? ReadObject(byte[] record)
    {
        try
        {
            Utf8JsonReader reader = new(record, new JsonReaderOptions { MaxDepth = 64 });
            reader.Read();
            Value value = ReadValue(ref reader);

            // The reader says at the end of the record whether something stands behind the value.
            bool hasMore = reader.Read();
            return value.Kind == JsonTokenType.StartObject && !hasMore ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Value ReadValue(ref Utf8JsonReader reader)
    {
        Value value = new(reader.TokenType, reader.ValueSpan.ToArray());
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                byte[] name = reader.ValueSpan.ToArray();
                reader.Read();
                value.Members.Add((name, ReadValue(ref reader)));
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                ReadValue(ref reader);
            }
        }

        return value;
    }

    /// <summary>A JSON value: its token as it stands there, and an object's members in their order.</summary>
    private sealed record Value(JsonTokenType Kind, byte[] Token)
    {
        public List<(byte[] Name, Value Value)> Members { get; } = [];

        public Value? Member(string name) => Members.LastOrDefault(member => Unescape(member.Name) == name).Value;

        /// <summary>The text of a JSON text or integer, empty for what is none, null for half a surrogate pair.</summary>
        public string? Text() => Kind switch
        {
            JsonTokenType.String => Unescape(Token),
            JsonTokenType.Number when !Token.Any(b => b is (byte)'.' or (byte)'e' or (byte)'E') => Encoding.UTF8.GetString(Token),
            _ => "",
        };

        private static string? Unescape(byte[] token)
        {
            Utf8JsonReader reader = new([(byte)'"', .. token, (byte)'"']);
            reader.Read();
            try
            {
                return reader.GetString();
            }
            catch (InvalidOperationException)
            {
                // What the reader throws for half a surrogate pair.
                return null;
            }
        }
    }
}
