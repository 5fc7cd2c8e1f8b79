using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using nietras.SeparatedValues;

namespace Sessionize.Sinks;

/// <summary>Sessions as comma-separated values: a list is one cell with a JSON array, a null is an empty cell, and no text is changed.</summary>
internal sealed class CsvSessionWriter : ISessionWriter
{
    private const int BufferChars = 32 * 1024;

    private readonly StreamWriter _text;
    private readonly SepWriter _csv;
    private readonly MemoryStream _list = new();
    private readonly Utf8JsonWriter _listJson;

    public CsvSessionWriter(Stream output)
    {
        _text = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferChars, leaveOpen: true) { NewLine = "\n" };
        _csv = new Sep(',').Writer(options => options with { Escape = true, CultureInfo = CultureInfo.InvariantCulture }).To(_text);
        _listJson = new Utf8JsonWriter(_list, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public void WriteHeader()
    {
        _csv.Header.Add(SessionColumns.Names);
        _csv.Header.Write();
    }

    public void Write(Session session)
    {
        using SepWriter.Row row = _csv.NewRow();
        int column = 0;
        row[column++].Set(session.UserId);
        row[column++].Set(session.SessionId);
        row[column++].Format(session.StartMs);
        row[column++].Format(session.EndMs);
        row[column++].Set(Time(session.StartTime));
        row[column++].Set(Time(session.EndTime));
        row[column++].Format(session.DurationSeconds);
        row[column++].Format(session.EventCount);
        row[column++].Set(List(session.PagesVisited));
        row[column++].Set(session.EntryPage ?? "");
        row[column++].Set(session.ExitPage ?? "");
        row[column++].Format(session.PageViewCount);
        row[column++].Set(session.IsBounce ? "true" : "false");
        row[column++].Set(session.EndReason);
        row[column++].Format(session.VisitStartMs);
        row[column++].Format(session.SessionIndex);
        row[column++].Format(session.Revision);
        row[column++].Set(session.SessionDate);
        row[column].Format(session.UserHashBucket);
    }

    public void Flush()
    {
        _csv.Flush();
        _text.Flush();
    }

    public void Dispose()
    {
        _csv.Dispose();
        _text.Dispose();
        _listJson.Dispose();
        _list.Dispose();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(SessionColumns.TimeFormat, CultureInfo.InvariantCulture);

    private string List(IReadOnlyList<string> texts)
    {
        _list.SetLength(0);
        _listJson.Reset();
        _listJson.WriteStartArray();
        foreach (string text in texts)
        {
            _listJson.WriteStringValue(text);
        }

        _listJson.WriteEndArray();
        _listJson.Flush();
        return Encoding.UTF8.GetString(_list.GetBuffer(), 0, (int)_list.Length);
    }
}
