using System.Buffers;
using System.Text.Json;

namespace Sessionize.Iceberg.Commits;

/// <summary>All lanes of a pipeline as a commit left them. Immutable.</summary>
/// <param name="Lanes">The lanes, by their numbers.</param>
internal sealed record PipelineLanes(IReadOnlyDictionary<LaneId, RecordedLane> Lanes)
{
    /// <summary>Of a pipeline that has not committed yet.</summary>
    public static PipelineLanes None { get; } = new(new Dictionary<LaneId, RecordedLane>());

    /// <summary>The lanes after a commit.</summary>
    public PipelineLanes With(SinkCommit commit)
    {
        Dictionary<LaneId, RecordedLane> lanes = new(Lanes);
        foreach (LaneCommit lane in commit.Lanes)
        {
            lanes[lane.Lane] = new RecordedLane(lane, commit.Id);
        }

        return new PipelineLanes(lanes);
    }

    /// <summary>Whether a lane's last entry came with this very commit, or starts from what it made: no two commits make versions of one name.</summary>
    public bool Has(SinkCommit commit) => commit.Lanes.Any(lane => Lanes.TryGetValue(lane.Lane, out RecordedLane? recorded)
        && ((recorded.Commit == commit.Id && recorded.Entry.To == lane.To) || recorded.Entry.From == lane.To));

    /// <summary>Whether each lane stands where a commit starts.</summary>
    public bool AreAtStartOf(SinkCommit commit) => commit.Lanes.All(lane => Lanes.GetValueOrDefault(lane.Lane)?.Entry.To == lane.From);

    /// <summary>The lanes as JSON: <c>[{"lane":0,"commit":…,"from":…,"version":…,"watermark":…,"positions":[[partition, count, next, replay from], …],"replay":…}, …]</c>.</summary>
    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartArray();
            foreach (RecordedLane lane in Lanes.Values.OrderBy(lane => lane.Entry.Lane))
            {
                Write(json, lane);
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">What it is called in messages.</param>
    /// <exception cref="SessionizeException">It is damaged.</exception>
    public static PipelineLanes Read(ReadOnlyMemory<byte> json, string place)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return new PipelineLanes(document.RootElement.EnumerateArray().Select(Read).ToDictionary(lane => lane.Entry.Lane));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            throw new SessionizeException(
                $"The lanes' positions in {place} are damaged: {failure.Message.TrimEnd('.')}. Restore the file, or roll the table back to a snapshot before it.", failure);
        }
    }

    private static void Write(Utf8JsonWriter json, RecordedLane lane)
    {
        json.WriteStartObject();
        json.WriteNumber("lane", lane.Entry.Lane.Number);
        json.WriteString("commit", lane.Commit);
        if (lane.Entry.From is { } from)
        {
            json.WriteString("from", from.Name);
        }

        json.WriteString("version", lane.Entry.To.Name);
        json.WriteNumber("watermark", lane.Entry.Watermark);
        json.WriteStartArray("positions");
        foreach (PartitionPosition position in lane.Entry.Positions)
        {
            json.WriteStartArray();
            json.WriteStringValue(position.Partition);
            json.WriteNumberValue(position.PartitionCount);
            json.WriteNumberValue(position.Next);
            json.WriteNumberValue(position.ReplayFrom);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        if (lane.Entry.Replay is { } replay)
        {
            json.WriteString("replay", replay);
        }

        json.WriteEndObject();
    }

    private static RecordedLane Read(JsonElement json) => new(
        new LaneCommit(
            new LaneId(json.GetProperty("lane").GetInt32()),
            json.TryGetProperty("from", out JsonElement from) ? new StateVersion(Text(from)) : null,
            new StateVersion(Text(json.GetProperty("version"))),
            [.. json.GetProperty("positions").EnumerateArray().Select(position => new PartitionPosition(
                Text(position[0]), position[1].GetInt32(), position[2].GetInt64(), position[3].GetInt64()))],
            json.GetProperty("watermark").GetInt64())
        {
            Replay = json.TryGetProperty("replay", out JsonElement replay) ? Text(replay) : null,
        },
        json.GetProperty("commit").GetGuid());

    private static string Text(JsonElement json) => json.GetString() ?? throw new FormatException("a text is missing");
}
