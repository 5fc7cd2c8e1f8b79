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

    public void WriteHeader()
    {
        // The names stand in every line.
    }

    public void Write(Session session)
    {
        _json.WriteStartObject();
        _json.WriteString("uuid"u8, session.UserId);
        _json.WriteString("session_id"u8, session.SessionId);
        _json.WriteNumber("session_start_time_ms"u8, session.StartMs);
        _json.WriteNumber("session_end_time_ms"u8, session.EndMs);
        WriteTime("session_start_time"u8, session.StartTime);
        WriteTime("session_end_time"u8, session.EndTime);
        _json.WriteNumber("session_duration_seconds"u8, session.DurationSeconds);
        _json.WriteNumber("event_count"u8, session.EventCount);
        _json.WriteStartArray("pages_visited"u8);
        foreach (string page in session.PagesVisited)
        {
            _json.WriteStringValue(page);
        }

        _json.WriteEndArray();
        _json.WriteString("entry_page"u8, session.EntryPage);
        _json.WriteString("exit_page"u8, session.ExitPage);
        _json.WriteNumber("page_view_count"u8, session.PageViewCount);
        _json.WriteBoolean("is_bounce"u8, session.IsBounce);
        _json.WriteString("end_reason"u8, session.EndReason);
        _json.WriteNumber("visit_start_time_ms"u8, session.VisitStartMs);
        _json.WriteNumber("session_index"u8, session.SessionIndex);
        _json.WriteNumber("revision"u8, session.Revision);
        _json.WriteString("session_date"u8, session.SessionDate);
        _json.WriteNumber("user_hash_bucket"u8, session.UserHashBucket);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        output.WriteByte((byte)'\n');
    }

    public void Flush()
    {
        // Each session is handed over when it is written.
    }

    public void Dispose() => _json.Dispose();

    private void WriteTime(ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        time.UtcDateTime.TryFormat(text, out int length, SessionColumns.TimeFormat, CultureInfo.InvariantCulture);
        _json.WriteString(name, text[..length]);
    }
}
