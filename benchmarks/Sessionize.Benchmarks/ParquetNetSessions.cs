using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace Sessionize.Benchmarks;

/// <summary>Sessions as the arrays of objects that Parquet.Net takes, made beforehand.</summary>
internal sealed class ParquetNetSessions
{
    private readonly List<(DataField Field, Func<ParquetRowGroupWriter, DataField, Task> Write)> _columns = [];
    private readonly ParquetSchema _schema;

    public ParquetNetSessions(SessionBatch rows)
    {
        Session[] sessions = [.. Enumerable.Range(0, rows.Count).Select(rows.ToSession)];
        Texts("uuid", sessions, session => session.UserId);
        Texts("session_id", sessions, session => session.SessionId);
        Numbers("session_start_time_ms", sessions, session => session.StartMs);
        Numbers("session_end_time_ms", sessions, session => session.EndMs);
        Numbers("session_start_time", sessions, session => session.StartTime.UtcDateTime);
        Numbers("session_end_time", sessions, session => session.EndTime.UtcDateTime);
        Numbers("session_duration_seconds", sessions, session => session.DurationSeconds);
        Numbers("event_count", sessions, session => session.EventCount);
        string[] pages = [.. sessions.SelectMany(session => session.PagesVisited)];
        int[] levels = [.. sessions.SelectMany(session => session.PagesVisited.Select((_, i) => i == 0 ? 0 : 1))];
        DataField<string> element = new("element");
        ListField list = new("pages_visited", element);
        _columns.Add((element, (group, field) => group.WriteAsync(field, pages, levels.AsMemory())));
        Texts("entry_page", sessions, session => session.EntryPage!);
        Texts("exit_page", sessions, session => session.ExitPage!);
        Numbers("page_view_count", sessions, session => session.PageViewCount);
        Numbers("is_bounce", sessions, session => session.IsBounce);
        Texts("end_reason", sessions, session => session.EndReason);
        Numbers("visit_start_time_ms", sessions, session => session.VisitStartMs);
        Numbers("session_index", sessions, session => session.SessionIndex);
        Numbers("revision", sessions, session => session.Revision);
        Texts("session_date", sessions, session => session.SessionDate);
        Numbers("user_hash_bucket", sessions, session => session.UserHashBucket);
        _schema = new ParquetSchema(_columns.Select(column => column.Field == element ? (Field)list : column.Field));
    }

    public async Task WriteAsync(Stream target)
    {
        ParquetOptions options = new() { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Fastest };
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(_schema, target, options);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach ((DataField field, Func<ParquetRowGroupWriter, DataField, Task> write) in _columns)
        {
            await write(group, field);
        }
    }

    private void Texts(string name, Session[] sessions, Func<Session, string> value)
    {
        string[] values = [.. sessions.Select(value)];
        _columns.Add((new DataField<string>(name), (group, field) => group.WriteAsync(field, values)));
    }

    private void Numbers<T>(string name, Session[] sessions, Func<Session, T> value)
        where T : struct
    {
        T[] values = [.. sessions.Select(value)];
        _columns.Add((new DataField<T>(name), (group, field) => group.WriteAsync<T>(field, values.AsMemory())));
    }
}
