using System.Text;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Tests.Writing;

/// <summary>What a column of a table must hold of a session, as Iceberg has values: computed from the session, not from what was written.</summary>
internal static class SessionValues
{
    /// <summary>A session's value in a column; <see langword="null"/> also in columns that sessions do not have.</summary>
    public static object? Of(Session session, IcebergField field)
    {
        object? value = field.Name switch
        {
            "uuid" => session.UserId,
            "session_id" => session.SessionId,
            "session_start_time_ms" => session.StartMs,
            "session_end_time_ms" => session.EndMs,
            "session_start_time" => session.StartMs * 1000,
            "session_end_time" => session.EndMs * 1000,
            "session_duration_seconds" => session.DurationSeconds,
            "event_count" => session.EventCount,
            "pages_visited" => session.PagesVisited,
            "entry_page" => session.EntryPage,
            "exit_page" => session.ExitPage,
            "page_view_count" => session.PageViewCount,
            "is_bounce" => session.IsBounce,
            "end_reason" => session.EndReason,
            "visit_start_time_ms" => session.VisitStartMs,
            "session_index" => session.SessionIndex,
            "revision" => session.Revision,
            "session_date" => session.SessionDate,
            "user_hash_bucket" => session.UserHashBucket,
            _ => null,
        };
        return (value, (field.Type as PrimitiveType)?.Kind) switch
        {
            (string text, PrimitiveKind.Uuid) => Guid.Parse(text),
            (string text, PrimitiveKind.Date) => DateOnly.ParseExact(text, "yyyy-MM-dd").DayNumber - new DateOnly(1970, 1, 1).DayNumber,
            (double seconds, PrimitiveKind.Float) => (float)seconds,
            (int number, PrimitiveKind.Long) => (long)number,
            (long number, PrimitiveKind.Int) => (int)number,
            _ => value,
        };
    }

    /// <summary>Compares two values of a column, neither of which is null, as Iceberg compares them.</summary>
    public static int Compare(object left, object right) => (left, right) switch
    {
        (string x, string y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y)),
        (Guid x, Guid y) => x.ToByteArray(bigEndian: true).AsSpan().SequenceCompareTo(y.ToByteArray(bigEndian: true)),
        _ => Comparer<object>.Default.Compare(left, right),
    };
}
