using System.Globalization;
using System.Text.Json;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>Events as they stand in topics.</summary>
internal static class Clicks
{
    /// <summary>2024-01-01T04:15:00Z.</summary>
    public const long StartMs = 1_704_082_500_000;

    public static string Of(string user, long minute) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"uuid":"{{user}}","event_timestamp":{{StartMs + (minute * 60_000)}},"page_name":"home","event_id":"{{user}}-{{minute}}"}""");

    /// <summary>The events of records, read without our parser.</summary>
    public static IEnumerable<ClickstreamEvent> EventsOf(IEnumerable<(int Partition, string? Key, string? Value)> records)
    {
        foreach ((_, _, string? value) in records)
        {
            using JsonDocument record = JsonDocument.Parse(value!);
            JsonElement e = record.RootElement;
            yield return new ClickstreamEvent(
                e.GetProperty("uuid").GetString(), e.GetProperty("event_timestamp").GetInt64(), e.GetProperty("page_name").GetString(), e.GetProperty("event_id").GetString());
        }
    }

    /// <summary>Events of some users in turn, each in the partition of its user.</summary>
    public static IEnumerable<(int Partition, string? Key, string? Value)> Spread(int count, int users, int partitions, int first = 0)
    {
        for (int i = first; i < first + count; i++)
        {
            int user = i % users;
            string name = string.Create(CultureInfo.InvariantCulture, $"user-{user:000}");
            yield return (user % partitions, name, Of(name, i / users));
        }
    }
}
