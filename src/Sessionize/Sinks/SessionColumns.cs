namespace Sessionize.Sinks;

/// <summary>The columns of a session's row, in the order of semantics section 5.</summary>
internal static class SessionColumns
{
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public const string DateFormat = "yyyy-MM-dd";

    public static IReadOnlyList<string> Names { get; } =
    [
        "uuid",
        "session_id",
        "session_start_time_ms",
        "session_end_time_ms",
        "session_start_time",
        "session_end_time",
        "session_duration_seconds",
        "event_count",
        "pages_visited",
        "entry_page",
        "exit_page",
        "page_view_count",
        "is_bounce",
        "end_reason",
        "visit_start_time_ms",
        "session_index",
        "revision",
        "session_date",
        "user_hash_bucket",
    ];
}
