using System.Text.Json;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Tests.Data;

namespace Sessionize.Iceberg.Tests.Tool;

/// <summary>Sessions of the rows that some reader returned, and their digests.</summary>
internal static class JsonSessions
{
    /// <summary>The number of sessions, their digest, and the digest of every column.</summary>
    public static string Digests(IReadOnlyList<Session> sessions) => $"{sessions.Count} {CanonicalRows.Digest(sessions)} {CanonicalRows.FullDigest(sessions)}";

    public static IReadOnlyList<Session> Of(TableRows rows) => [.. rows.Rows.Select(Of)];

    private static Session Of(JsonElement row) => new()
    {
        UserId = Text(row, "uuid")!,
        SessionId = Text(row, "session_id")!,
        StartMs = row.GetProperty("session_start_time_ms").GetInt64(),
        EndMs = row.GetProperty("session_end_time_ms").GetInt64(),
        EventCount = row.GetProperty("event_count").GetInt64(),
        PagesVisited = [.. row.GetProperty("pages_visited").EnumerateArray().Select(page => page.GetString()!)],
        EntryPage = Text(row, "entry_page"),
        ExitPage = Text(row, "exit_page"),
        PageViewCount = row.GetProperty("page_view_count").GetInt64(),
        EndReason = Text(row, "end_reason")!,
        VisitStartMs = row.GetProperty("visit_start_time_ms").GetInt64(),
        UserHashBucket = row.GetProperty("user_hash_bucket").GetInt32(),
    };

    private static string? Text(JsonElement row, string column) => row.GetProperty(column).GetString();
}
