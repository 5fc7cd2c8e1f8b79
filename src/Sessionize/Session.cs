namespace Sessionize;

/// <summary>A finished session: one row of the output.</summary>
/// <remarks>
/// <para>A session is the closed interval from its first to its last event, both inclusive; it is never empty, and a
/// session of one event has the length 0. Times are event times in milliseconds since the Unix epoch.</para>
/// <para>Immutable, and safe for use by several threads. Two sessions are equal when every column is equal, the pages in
/// their order included. The columns are those of semantics section 5; the column name stands with each property.</para>
/// </remarks>
public sealed record Session
{
    /// <summary>Whose session it is (<c>uuid</c>).</summary>
    public required string UserId { get; init; }

    /// <summary>The id, unique in any output (<c>session_id</c>; semantics section 4).</summary>
    public required string SessionId { get; init; }

    /// <summary>The time of the first event (<c>session_start_time_ms</c>).</summary>
    public required long StartMs { get; init; }

    /// <summary>The time of the last event (<c>session_end_time_ms</c>), not of the deadline that ended the session.</summary>
    public required long EndMs { get; init; }

    /// <summary>The number of events (<c>event_count</c>); at least 1.</summary>
    public required long EventCount { get; init; }

    /// <summary>Page names in the order of their first visit, without repeats (<c>pages_visited</c>); never null.</summary>
    public IReadOnlyList<string> PagesVisited { get; init; } = [];

    /// <summary>The page of the first event that has one (<c>entry_page</c>).</summary>
    public string? EntryPage { get; init; }

    /// <summary>The page of the last event that has one (<c>exit_page</c>).</summary>
    public string? ExitPage { get; init; }

    /// <summary>The number of events with a page name (<c>page_view_count</c>).</summary>
    public long PageViewCount { get; init; }

    /// <summary>Why the session ended (<c>end_reason</c>): one of <see cref="EndReasons"/>.</summary>
    public required string EndReason { get; init; }

    /// <summary>The time of the first event of the visit that the session belongs to (<c>visit_start_time_ms</c>).</summary>
    public required long VisitStartMs { get; init; }

    /// <summary>The number of the session in its visit (<c>session_index</c>, k of semantics section 4).</summary>
    /// <remarks>Numbers above <see cref="int.MaxValue"/> (a maximum of a few milliseconds over years) read as that value.</remarks>
    public int SessionIndex { get; init; }

    /// <summary>0, or the number of the correction that issued this row (<c>revision</c>).</summary>
    public int Revision { get; init; }

    /// <summary>Spark's hash bucket of the user id (<c>user_hash_bucket</c>).</summary>
    public int UserHashBucket { get; init; }

    /// <summary>Further computed columns.</summary>
    /// <value>Empty by default.</value>
    public SessionAttributes Attributes { get; init; } = SessionAttributes.Empty;

    /// <summary>The time of the first event (<c>session_start_time</c>).</summary>
    public DateTimeOffset StartTime => DateTimeOffset.FromUnixTimeMilliseconds(StartMs);

    /// <summary>The time of the last event (<c>session_end_time</c>).</summary>
    public DateTimeOffset EndTime => DateTimeOffset.FromUnixTimeMilliseconds(EndMs);

    /// <summary>From the first to the last event.</summary>
    public TimeSpan Duration => TimeSpan.FromMilliseconds(EndMs - StartMs);

    /// <summary>From the first to the last event, in seconds (<c>session_duration_seconds</c>).</summary>
    public double DurationSeconds => (EndMs - StartMs) / 1000.0;

    /// <summary>Whether the session has one event only (<c>is_bounce</c>).</summary>
    public bool IsBounce => EventCount == 1;

    /// <summary>The UTC date of the start, <c>yyyy-MM-dd</c> (<c>session_date</c>).</summary>
    public string SessionDate => StartTime.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public bool Equals(Session? other) =>
        other is not null
        && UserId == other.UserId && SessionId == other.SessionId
        && StartMs == other.StartMs && EndMs == other.EndMs && EventCount == other.EventCount
        && PagesVisited.SequenceEqual(other.PagesVisited, StringComparer.Ordinal)
        && EntryPage == other.EntryPage && ExitPage == other.ExitPage && PageViewCount == other.PageViewCount
        && EndReason == other.EndReason && VisitStartMs == other.VisitStartMs && SessionIndex == other.SessionIndex
        && Revision == other.Revision && UserHashBucket == other.UserHashBucket
        && Attributes.Equals(other.Attributes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SessionId, UserId, StartMs, EndMs, EventCount, Revision);
}
