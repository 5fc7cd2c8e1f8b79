using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sessionize.Sinks;

/// <summary>Sessions as one JSON object a line: every column, absent values as <c>null</c>.</summary>
internal sealed class NdjsonSessionWriter(Stream output) : ISessionWriter
{
    private readonly Utf8JsonWriter _json = new(output, new JsonWriterOptions
    {
        // A reader gets the same text in any case; this one can also be read by people.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public void Write(SessionBatch rows)
    {
        int page = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<int> pages = rows.PagesVisited[page..rows.PagesVisitedEnds[row]];
            page = rows.PagesVisitedEnds[row];
            Write(rows, row, pages);
            _json.Flush();
            _json.Reset();
            output.WriteByte((byte)'\n');
        }
    }

    public void Dispose() => _json.Dispose();

    private void Write(SessionBatch rows, int row, ReadOnlySpan<int> pages)
    {
        long startMs = rows.StartMs[row];
        long endMs = rows.EndMs[row];
        _json.WriteStartObject();
        _json.WriteString("uuid"u8, rows.User(rows.Users[row]));
        _json.WriteString("session_id"u8, rows.SessionId(row));
        _json.WriteNumber("session_start_time_ms"u8, startMs);
        _json.WriteNumber("session_end_time_ms"u8, endMs);
        WriteTime("session_start_time"u8, startMs, SessionColumns.TimeFormat);
        WriteTime("session_end_time"u8, endMs, SessionColumns.TimeFormat);
        _json.WriteNumber("session_duration_seconds"u8, (endMs - startMs) / 1000.0);
        _json.WriteNumber("event_count"u8, rows.EventCount[row]);
        _json.WriteStartArray("pages_visited"u8);
        foreach (int page in pages)
        {
            _json.WriteStringValue(rows.Page(page));
        }

        _json.WriteEndArray();
        WritePage("entry_page"u8, rows, rows.EntryPages[row]);
        WritePage("exit_page"u8, rows, rows.ExitPages[row]);
        _json.WriteNumber("page_view_count"u8, rows.PageViewCount[row]);
        _json.WriteBoolean("is_bounce"u8, rows.EventCount[row] == 1);
        _json.WriteString("end_reason"u8, rows.EndReason(rows.EndReasons[row]));
        _json.WriteNumber("visit_start_time_ms"u8, rows.VisitStartMs[row]);
        _json.WriteNumber("session_index"u8, rows.SessionIndex[row]);
        _json.WriteNumber("revision"u8, rows.Revision[row]);
        WriteTime("session_date"u8, startMs, SessionColumns.DateFormat);
        _json.WriteNumber("user_hash_bucket"u8, rows.UserHashBucket[row]);
        _json.WriteEndObject();
    }

    private void WritePage(ReadOnlySpan<byte> name, SessionBatch rows, int page)
    {
        if (page == SessionBatch.NoPage)
        {
            _json.WriteNull(name);
        }
        else
        {
            _json.WriteString(name, rows.Page(page));
        }
    }

    private void WriteTime(ReadOnlySpan<byte> name, long timeMs, string format)
    {
        Span<byte> text = stackalloc byte[32];
        DateTimeOffset.FromUnixTimeMilliseconds(timeMs).UtcDateTime.TryFormat(text, out int length, format, CultureInfo.InvariantCulture);
        _json.WriteString(name, text[..length]);
    }
}
