using System.Text;

namespace Sessionize.Parquet.Tests.Support;

/// <summary>The values of sessions' columns in the binary form that statistics have, made from the sessions themselves.</summary>
internal static class ColumnValues
{
    /// <summary>A session's values in a column; none where it is null or its list is empty.</summary>
    public static byte[][] Of(Session session, string path) => path switch
    {
        "uuid" => Text(session.UserId),
        "session_id" => Text(session.SessionId),
        "session_start_time_ms" => [BitConverter.GetBytes(session.StartMs)],
        "session_end_time_ms" => [BitConverter.GetBytes(session.EndMs)],
        "session_start_time" => [BitConverter.GetBytes(session.StartMs * 1000)],
        "session_end_time" => [BitConverter.GetBytes(session.EndMs * 1000)],
        "session_duration_seconds" => [BitConverter.GetBytes(session.DurationSeconds)],
        "event_count" => [BitConverter.GetBytes(session.EventCount)],
        "pages_visited.list.element" => [.. session.PagesVisited.SelectMany(Text)],
        "entry_page" => Text(session.EntryPage),
        "exit_page" => Text(session.ExitPage),
        "page_view_count" => [BitConverter.GetBytes(session.PageViewCount)],
        "is_bounce" => [BitConverter.GetBytes(session.IsBounce)],
        "end_reason" => Text(session.EndReason),
        "visit_start_time_ms" => [BitConverter.GetBytes(session.VisitStartMs)],
        "session_index" => [BitConverter.GetBytes(session.SessionIndex)],
        "revision" => [BitConverter.GetBytes(session.Revision)],
        "session_date" => Text(session.SessionDate),
        "user_hash_bucket" => [BitConverter.GetBytes(session.UserHashBucket)],
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "Sessions have no such column."),
    };

    /// <summary>Compares values of a physical type, numbered as in the format.</summary>
    public static int Compare(int type, byte[] left, byte[] right) => type switch
    {
        0 => left[0].CompareTo(right[0]),
        1 => BitConverter.ToInt32(left).CompareTo(BitConverter.ToInt32(right)),
        2 => BitConverter.ToInt64(left).CompareTo(BitConverter.ToInt64(right)),
        5 => BitConverter.ToDouble(left).CompareTo(BitConverter.ToDouble(right)),
        _ => left.AsSpan().SequenceCompareTo(right),
    };

    private static byte[][] Text(string? text) => text is null ? [] : [Encoding.UTF8.GetBytes(text)];
}
