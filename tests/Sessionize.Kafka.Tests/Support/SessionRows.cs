using System.Globalization;
using System.Text.Json;
using Sessionize.Iceberg;
using Sessionize.Testing;
using Xunit;

namespace Sessionize.Kafka.Tests.Support;

/// <summary>Sessions of tables and of the oracle, in every column comparable.</summary>
internal static class SessionRows
{
    private const int MostShown = 12;

    /// <summary>All rows of a table.</summary>
    public static async Task<IReadOnlyList<Session>> ReadAsync(IcebergTableOptions options, CancellationToken cancellationToken)
    {
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(options, cancellationToken: cancellationToken);
        List<Session> rows = [];
        await foreach (Session row in table.ReadAsync(new SessionQuery(), cancellationToken: cancellationToken))
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>What the oracle makes of events under the standard rules, with ids as a table has them.</summary>
    public static IReadOnlyList<Session> OfOracle(IEnumerable<ClickstreamEvent> events, long endTimeMs) => SessionOracle.Sessionize(
        events, new SessionizationDefinition().ResolveRules(), SessionIds.StartTime, endTimeMs: endTimeMs);

    /// <summary>Fails unless both have the same rows, in every column and each as often; the message names rows that are missing, too many or different.</summary>
    public static void AssertEqual(IReadOnlyList<Session> expected, IReadOnlyList<Session> actual)
    {
        Dictionary<string, int> left = Count(expected);
        Dictionary<string, int> right = Count(actual);
        string[] missing = [.. Difference(left, right)];
        string[] surplus = [.. Difference(right, left)];
        if (missing.Length + surplus.Length > 0)
        {
            Assert.Fail(
                $"{actual.Count} rows in place of {expected.Count}.\nMissing ({missing.Length}):\n{Shown(missing)}\nToo many or different ({surplus.Length}):\n{Shown(surplus)}");
        }
    }

    /// <summary>The same rows with the ids that a run over files gives: visits are counted per user.</summary>
    public static IReadOnlyList<Session> WithOrdinalIds(IEnumerable<Session> sessions) =>
    [
        .. from user in sessions.GroupBy(session => session.UserId, StringComparer.Ordinal)
           from visit in user.GroupBy(VisitOf).OrderBy(visit => visit.Key).Select((visit, index) => (Rows: visit, Number: index + 1))
           from row in visit.Rows
           select row with { SessionId = string.Create(CultureInfo.InvariantCulture, $"{row.UserId}_session_{visit.Number}_{row.SessionIndex}") },
    ];

    // The id is USER_session_START_K, or USER_session_START.J_K for the visits of a user that start in one millisecond.
    private static (long Start, int Number) VisitOf(Session session)
    {
        string start = $"{session.UserId}_session_{session.VisitStartMs.ToString(CultureInfo.InvariantCulture)}";
        string end = $"_{session.SessionIndex.ToString(CultureInfo.InvariantCulture)}";
        Assert.StartsWith(start, session.SessionId, StringComparison.Ordinal);
        Assert.EndsWith(end, session.SessionId, StringComparison.Ordinal);
        string between = session.SessionId[start.Length..^end.Length];
        Assert.True(between.Length == 0 || between[0] == '.', session.SessionId);
        return (session.VisitStartMs, between.Length == 0 ? 0 : int.Parse(between.AsSpan(1), CultureInfo.InvariantCulture));
    }

    private static Dictionary<string, int> Count(IEnumerable<Session> sessions) =>
        sessions.Select(Describe).GroupBy(row => row, StringComparer.Ordinal).ToDictionary(rows => rows.Key, rows => rows.Count(), StringComparer.Ordinal);

    private static IEnumerable<string> Difference(Dictionary<string, int> left, Dictionary<string, int> right) =>
        left.SelectMany(row => Enumerable.Repeat(row.Key, Math.Max(0, row.Value - right.GetValueOrDefault(row.Key)))).Order(StringComparer.Ordinal);

    private static string Shown(string[] rows) => string.Join('\n', rows.Take(MostShown)) + (rows.Length > MostShown ? "\n…" : "");

    private static string Describe(Session s) => string.Create(
        CultureInfo.InvariantCulture,
        $"{s.SessionId} of {s.UserId} {s.StartMs}..{s.EndMs} events={s.EventCount} {s.EndReason} k={s.SessionIndex} visit={s.VisitStartMs} {s.EntryPage}>{s.ExitPage} views={s.PageViewCount} {JsonSerializer.Serialize(s.PagesVisited)} revision={s.Revision} bucket={s.UserHashBucket}");
}
