using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Sessionize.Tests.Data;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>Lines of events, as records of topics that are keyed by user.</summary>
internal static class TopicLines
{
    /// <summary>The lines of a real clickstream, in the order of the file.</summary>
    public static string[] OfDataSet(string name)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(DataSet.PathOf(name)), CompressionMode.Decompress));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The records for a topic, each in the partition of its user.</summary>
    public static IEnumerable<(int Partition, string? Key, string? Value)> ToRecords(IEnumerable<string> lines, int partitions) =>
        lines.Select(line => (Line: line, User: UserOf(line))).Select(e => (PartitionOf(e.User, partitions), (string?)e.User, (string?)e.Line));

    /// <summary>The partition of a user.</summary>
    public static int PartitionOf(string user, int partitions) =>
        (int)((uint)Encoding.UTF8.GetBytes(user).Aggregate(17, (hash, b) => unchecked((hash * 31) + b)) % (uint)partitions);

    /// <summary>The highest event time, as the command line takes it.</summary>
    public static string HighestTime(IEnumerable<string> lines) => lines.Max(TimeOf).ToString(CultureInfo.InvariantCulture);

    private static string UserOf(string line)
    {
        using JsonDocument record = JsonDocument.Parse(line);
        return record.RootElement.GetProperty("uuid").GetString()!;
    }

    private static long TimeOf(string line)
    {
        using JsonDocument record = JsonDocument.Parse(line);
        JsonElement time = record.RootElement.GetProperty("event_timestamp");
        return time.ValueKind == JsonValueKind.String ? long.Parse(time.GetString()!, CultureInfo.InvariantCulture) : time.GetInt64();
    }
}
