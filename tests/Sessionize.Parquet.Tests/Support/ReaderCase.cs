using System.Globalization;
using System.Text.Json;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>Describes to a reader's script what a file holds, and which rows each filter must find.</summary>
internal static class ReaderCase
{
    private const int ConstantsOfAColumn = 14;
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.ffffff";

    private static readonly ReaderColumn[] s_columns =
    [
        ReaderColumn.Text("uuid", session => session.UserId),
        ReaderColumn.Text("session_id", session => session.SessionId),
        ReaderColumn.Long("session_start_time_ms", session => session.StartMs),
        ReaderColumn.Long("session_end_time_ms", session => session.EndMs),
        ReaderColumn.Time("session_start_time", session => session.StartTime),
        ReaderColumn.Time("session_end_time", session => session.EndTime),
        new("session_duration_seconds", "double", "DOUBLE", session => session.DurationSeconds, session => session.DurationSeconds.ToString("R", CultureInfo.InvariantCulture), session => session.DurationSeconds),
        ReaderColumn.Long("event_count", session => session.EventCount),
        new("pages_visited", "list", "VARCHAR[]", session => session.PagesVisited, session => session.PagesVisited, _ => null),
        ReaderColumn.Text("entry_page", session => session.EntryPage),
        ReaderColumn.Text("exit_page", session => session.ExitPage),
        ReaderColumn.Long("page_view_count", session => session.PageViewCount),
        new("is_bounce", "boolean", "BOOLEAN", session => session.IsBounce, session => session.IsBounce ? "true" : "false", session => session.IsBounce),
        ReaderColumn.Text("end_reason", session => session.EndReason),
        ReaderColumn.Long("visit_start_time_ms", session => session.VisitStartMs),
        ReaderColumn.Int("session_index", session => session.SessionIndex),
        ReaderColumn.Int("revision", session => session.Revision),
        ReaderColumn.Text("session_date", session => session.SessionDate),
        ReaderColumn.Int("user_hash_bucket", session => session.UserHashBucket),
    ];

    /// <summary>Writes the description.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="sessions">The file's rows; the revision is the row's number.</param>
    /// <param name="random">Chooses the filters' constants.</param>
    public static void Write(string path, Session[] sessions, Random random)
    {
        object[] filters = [.. s_columns.SelectMany(column => Filters(column, sessions, random))];
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(new
        {
            columns = s_columns.Select(column => new { name = column.Name, kind = column.Kind, type = column.DuckDbType }),
            rows = sessions.Select(session => s_columns.Select(column => column.Shown(session))),
            filters,
        }));
    }

    private static IEnumerable<object> Filters(ReaderColumn column, Session[] sessions, Random random)
    {
        yield return Filter(column, "is null", [], sessions, session => column.Shown(session) is null);
        yield return Filter(column, "is not null", [], sessions, session => column.Shown(session) is not null);
        Session[] some = [.. sessions.Where(session => column.Shown(session) is not null).OrderBy(_ => random.Next()).Take(ConstantsOfAColumn)];
        if (column.Kind == "list")
        {
            foreach (Session session in some)
            {
                yield return Filter(column, "=", [column.Constant(session)!], sessions, other => other.PagesVisited.SequenceEqual(session.PagesVisited, StringComparer.Ordinal));
            }

            yield break;
        }

        foreach ((Session low, Session high) in some.Zip(some.Skip(1).Append(some[0])))
        {
            int Order(Session session, Session constant) => ReaderColumn.Compare(column.Ordered(session)!, column.Ordered(constant)!);
            bool Has(Session session) => column.Ordered(session) is not null;
            yield return Filter(column, "=", [column.Constant(low)!], sessions, session => Has(session) && Order(session, low) == 0);
            yield return Filter(column, "<", [column.Constant(low)!], sessions, session => Has(session) && Order(session, low) < 0);
            yield return Filter(column, ">=", [column.Constant(low)!], sessions, session => Has(session) && Order(session, low) >= 0);
            yield return Filter(column, "between", [column.Constant(low)!, column.Constant(high)!], sessions, session => Has(session) && Order(session, low) >= 0 && Order(session, high) <= 0);
        }
    }

    private static object Filter(ReaderColumn column, string @operator, object[] values, Session[] sessions, Func<Session, bool> holds)
    {
        Session[] found = [.. sessions.Where(holds)];
        return new { column = column.Name, kind = column.Kind, @operator, values, count = found.Length, sum = found.Sum(session => (long)session.Revision) };
    }
}
