using System.Buffers;
using System.IO.Hashing;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sessionize.State;

/// <summary>A commit record as its file has it: JSON, whose last member is a checksum of the text before it.</summary>
/// <param name="Replaces">The id of the record that it was written for.</param>
/// <param name="Commit">The record.</param>
internal sealed record CommitRecordFile(Guid? Replaces, SinkCommit Commit)
{
    private const int FormatVersion = 1;
    private const string ChecksumMember = ",\"xxh128\":\"";

    // Names of partitions are shown as they are; nothing puts a record into a web page.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public byte[] Write()
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text, s_options))
        {
            json.WriteStartObject();
            json.WriteNumber("format", FormatVersion);
            json.WriteString("pipeline", Commit.Pipeline);
            json.WriteString("id", Commit.Id);
            WriteName(json, "replaces", Replaces?.ToString());
            json.WriteString("fingerprint", Commit.Fingerprint);
            json.WriteStartArray("lanes");
            foreach (LaneCommit lane in Commit.Lanes)
            {
                Write(json, lane);
            }

            json.WriteEndArray();
            json.WriteStartArray("earlier");
            foreach (Guid id in Commit.Earlier)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        ReadOnlySpan<byte> open = text.WrittenSpan[..^1];
        return [.. open, .. Encoding.ASCII.GetBytes($"{ChecksumMember}{Checksum(open)}\"}}\n")];
    }

    /// <exception cref="InvalidDataException">The text is damaged, or of a newer format.</exception>
    public static CommitRecordFile Read(ReadOnlySpan<byte> text)
    {
        int end = text.LastIndexOf(Encoding.ASCII.GetBytes(ChecksumMember));
        if (end < 0 || !text[end..].SequenceEqual(Encoding.ASCII.GetBytes($"{ChecksumMember}{Checksum(text[..end])}\"}}\n")))
        {
            throw new InvalidDataException($"the checksum of its {text.Length} bytes is missing or wrong");
        }

        Utf8JsonReader reader = new(text);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonElement json = document.RootElement;
        if (json.GetProperty("format").GetInt32() is > FormatVersion and var newer)
        {
            throw new InvalidDataException($"it has the format {newer}, and this version of the library reads up to {FormatVersion}");
        }

        return new CommitRecordFile(
            ReadName(json, "replaces") is { } replaces ? Guid.Parse(replaces) : null,
            new SinkCommit(json.GetProperty("pipeline").GetString()!, json.GetProperty("id").GetGuid(), [.. json.GetProperty("lanes").EnumerateArray().Select(ReadLane)])
            {
                Fingerprint = json.GetProperty("fingerprint").GetString()!,
                Earlier = [.. json.GetProperty("earlier").EnumerateArray().Select(id => id.GetGuid())],
            });
    }

    private static void Write(Utf8JsonWriter json, LaneCommit lane)
    {
        json.WriteStartObject();
        json.WriteNumber("lane", lane.Lane.Number);
        WriteName(json, "from", lane.From?.Name);
        json.WriteString("to", lane.To.Name);
        json.WriteNumber("watermark", lane.Watermark);
        json.WriteStartArray("positions");
        foreach (PartitionPosition position in lane.Positions)
        {
            json.WriteStartObject();
            json.WriteString("partition", position.Partition);
            json.WriteNumber("partition_count", position.PartitionCount);
            json.WriteNumber("next", position.Next);
            json.WriteNumber("replay_from", position.ReplayFrom);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (lane.Replay is not null)
        {
            json.WriteString("replay", lane.Replay);
        }

        json.WriteEndObject();
    }

    private static LaneCommit ReadLane(JsonElement json) => new(
        new LaneId(json.GetProperty("lane").GetInt32()),
        ReadName(json, "from") is { } from ? new StateVersion(from) : null,
        new StateVersion(json.GetProperty("to").GetString()!),
        [
            .. json.GetProperty("positions").EnumerateArray().Select(position => new PartitionPosition(
                position.GetProperty("partition").GetString()!,
                position.GetProperty("partition_count").GetInt32(),
                position.GetProperty("next").GetInt64(),
                position.GetProperty("replay_from").GetInt64())),
        ],
        json.GetProperty("watermark").GetInt64())
    {
        Replay = json.TryGetProperty("replay", out JsonElement replay) ? replay.GetString() : null,
    };

    private static void WriteName(Utf8JsonWriter json, string member, string? name)
    {
        if (name is null)
        {
            json.WriteNull(member);
        }
        else
        {
            json.WriteString(member, name);
        }
    }

    private static string? ReadName(JsonElement json, string member) => json.GetProperty(member).GetString();

    private static string Checksum(ReadOnlySpan<byte> text) => Convert.ToHexStringLower(XxHash128.Hash(text));
}
