using System.Globalization;

namespace Sessionize.Iceberg.Tests.Tool;

/// <summary>Files of events for runs of the tool.</summary>
internal static class EventFiles
{
    private const long FirstDayMs = 1_714_550_400_000;
    private const long DayMs = 86_400_000;

    /// <summary>Writes a file with one session a user, on the given day of May 2024.</summary>
    /// <returns>Its path.</returns>
    public static string Write(TemporaryFolder folder, string prefix, int day, int users)
    {
        long start = FirstDayMs + ((day - 1) * DayMs);
        return folder.Write($"{prefix}-{day}.ndjson", string.Concat(Enumerable.Range(0, users).Select(user => Line($"{prefix}-{user}", start + (user * 1000)))));
    }

    /// <summary>An event as a line.</summary>
    public static string Line(string user, long timeMs) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"uuid":"{{user}}","event_timestamp":{{timeMs}},"page_name":"home","event_id":"1"}{{"\n"}}""");
}
