using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Sessionize.Sinks;

/// <summary>Dead letters as one JSON object a line (semantics section 8).</summary>
internal static class DeadLetterLines
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Format(IReadOnlyList<DeadLetter> letters)
    {
        ArrayBufferWriter<byte> lines = new();
        using Utf8JsonWriter json = new(lines, s_options);
        foreach (DeadLetter letter in letters)
        {
            Write(json, letter);
            json.Flush();
            json.Reset();
            lines.Write("\n"u8);
        }

        return lines.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, DeadLetter letter)
    {
        json.WriteStartObject();
        json.WriteString("source"u8, letter.Source);
        if (letter.ByteOffset is { } offset)
        {
            json.WriteNumber("line"u8, letter.Position);
            json.WriteNumber("byte_offset"u8, offset);
        }
        else
        {
            json.WriteString("partition"u8, letter.Source);
            json.WriteNumber("position"u8, letter.Position);
            json.WriteNull("byte_offset"u8);
        }

        json.WriteString("reason"u8, letter.Reason);
        ReadOnlySpan<byte> text = letter.RawTruncated ? WholeCharacters(letter.Raw.Span) : letter.Raw.Span;
        if (Utf8.IsValid(text))
        {
            json.WriteString("raw"u8, text);
            json.WriteString("raw_encoding"u8, "utf-8"u8);
        }
        else
        {
            json.WriteBase64String("raw"u8, letter.Raw.Span);
            json.WriteString("raw_encoding"u8, "base64"u8);
        }

        json.WriteBoolean("raw_truncated"u8, letter.RawTruncated);
        json.WriteEndObject();
    }

    /// <summary>Leaves out the beginning of a character that was cut, since text would not be text because of it.</summary>
    private static ReadOnlySpan<byte> WholeCharacters(ReadOnlySpan<byte> cut) =>
        Rune.DecodeLastFromUtf8(cut, out _, out int length) == OperationStatus.NeedMoreData ? cut[..^length] : cut;
}
