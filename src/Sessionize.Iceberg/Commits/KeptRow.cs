using System.Globalization;
using Sessionize.Iceberg.Reading;
using Sessionize.Parquet.Schema;

namespace Sessionize.Iceberg.Commits;

/// <summary>Whether a row that is written anew beside a correction stays what it was, in every column.</summary>
/// <remarks>Rows of other writers may have nulls, dates of another time zone, or lengths rounded in another way: what sessions cannot hold.</remarks>
internal static class KeptRow
{
    private const long MicrosecondsPerMillisecond = 1000;
    private const double MillisecondsPerSecond = 1000;

    /// <summary>Finds a column that would change.</summary>
    /// <returns>The column; <see langword="null"/>: none.</returns>
    public static SessionParquetColumn? FindChanged(IReadOnlyList<SessionParquetColumn> columns, RowBlock block, int row, Session session) =>
        columns.FirstOrDefault(column => !IsSame(Plain(block.Value(column.FieldId!.Value, row)), Written(column.Column, session)));

    private static object? Written(SessionColumn column, Session session) => column switch
    {
        SessionColumn.Uuid => session.UserId,
        SessionColumn.SessionId => session.SessionId,
        SessionColumn.SessionStartTimeMs => session.StartMs,
        SessionColumn.SessionEndTimeMs => session.EndMs,
        SessionColumn.SessionStartTime => session.StartMs * MicrosecondsPerMillisecond,
        SessionColumn.SessionEndTime => session.EndMs * MicrosecondsPerMillisecond,
        SessionColumn.SessionDurationSeconds => (session.EndMs - session.StartMs) / MillisecondsPerSecond,
        SessionColumn.EventCount => session.EventCount,
        SessionColumn.PagesVisited => session.PagesVisited,
        SessionColumn.EntryPage => session.EntryPage,
        SessionColumn.ExitPage => session.ExitPage,
        SessionColumn.PageViewCount => session.PageViewCount,
        SessionColumn.IsBounce => session.IsBounce,
        SessionColumn.EndReason => session.EndReason,
        SessionColumn.VisitStartTimeMs => session.VisitStartMs,
        SessionColumn.SessionIndex => (long)session.SessionIndex,
        SessionColumn.Revision => (long)session.Revision,
        SessionColumn.SessionDate => session.SessionDate,
        SessionColumn.UserHashBucket => (long)session.UserHashBucket,
        _ => null,
    };

    private static object? Plain(object? stored) => stored switch
    {
        int number => (long)number,
        Guid guid => guid.ToString("D"),
        _ => stored,
    };

    private static bool IsSame(object? stored, object? written) => (stored, written) switch
    {
        (float narrow, double wide) => narrow.Equals((float)wide),
        (long days, string date) => date == DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        (IReadOnlyList<object?> list, IReadOnlyList<string> pages) => list.SequenceEqual(pages),
        _ => Equals(stored, written),
    };
}
