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
    private char[] _cell = new char[256];

    public CsvSessionWriter(Stream output)
    {
        _text = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferChars, leaveOpen: true) { NewLine = "\n" };
        _csv = new Sep(',').Writer(options => options with { Escape = true, WriteHeader = false, CultureInfo = CultureInfo.InvariantCulture }).To(_text);
        _csv.Header.Add(SessionColumns.Names);
        _listJson = new Utf8JsonWriter(_list, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>The line of the columns' names, none of which needs quotes.</summary>
    public static byte[] Header { get; } = Encoding.UTF8.GetBytes(string.Join(',', SessionColumns.Names) + "\n");

    public void Write(SessionBatch rows)
    {
        int page = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<int> pages = rows.PagesVisited[page..rows.PagesVisitedEnds[row]];
            page = rows.PagesVisitedEnds[row];
            Write(rows, row, pages);
        }

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

    private void Write(SessionBatch rows, int number, ReadOnlySpan<int> pages)
    {
        long startMs = rows.StartMs[number];
        long endMs = rows.EndMs[number];
        using SepWriter.Row row = _csv.NewRow();
        int column = 0;
        row[column++].Set(Chars(rows.User(rows.Users[number])));
        row[column++].Set(Chars(rows.SessionId(number)));
        row[column++].Format(startMs);
        row[column++].Format(endMs);
        row[column++].Set(Time(startMs, SessionColumns.TimeFormat));
        row[column++].Set(Time(endMs, SessionColumns.TimeFormat));
        row[column++].Format((endMs - startMs) / 1000.0);
        row[column++].Format(rows.EventCount[number]);
        row[column++].Set(List(rows, pages));
        row[column++].Set(Page(rows, rows.EntryPages[number]));
        row[column++].Set(Page(rows, rows.ExitPages[number]));
        row[column++].Format(rows.PageViewCount[number]);
        row[column++].Set(rows.EventCount[number] == 1 ? "true" : "false");
        row[column++].Set(Chars(rows.EndReason(rows.EndReasons[number])));
        row[column++].Format(rows.VisitStartMs[number]);
        row[column++].Format(rows.SessionIndex[number]);
        row[column++].Format(rows.Revision[number]);
        row[column++].Set(Time(startMs, SessionColumns.DateFormat));
        row[column].Format(rows.UserHashBucket[number]);
    }

    private ReadOnlySpan<char> Page(SessionBatch rows, int page) => page == SessionBatch.NoPage ? default : Chars(rows.Page(page));

    /// <summary>Valid until the next call.</summary>
    private ReadOnlySpan<char> Chars(ReadOnlySpan<byte> utf8)
    {
        if (_cell.Length < utf8.Length)
        {
            _cell = new char[Math.Max(utf8.Length, _cell.Length * 2)];
        }

        return _cell.AsSpan(0, Encoding.UTF8.GetChars(utf8, _cell));
    }

    private ReadOnlySpan<char> Time(long timeMs, string format)
    {
        DateTimeOffset.FromUnixTimeMilliseconds(timeMs).UtcDateTime.TryFormat(_cell, out int length, format, CultureInfo.InvariantCulture);
        return _cell.AsSpan(0, length);
    }

    private ReadOnlySpan<char> List(SessionBatch rows, ReadOnlySpan<int> pages)
    {
        _list.SetLength(0);
        _listJson.Reset();
        _listJson.WriteStartArray();
        foreach (int page in pages)
        {
            _listJson.WriteStringValue(rows.Page(page));
        }

        _listJson.WriteEndArray();
        _listJson.Flush();
        return Chars(_list.GetBuffer().AsSpan(0, (int)_list.Length));
    }
}
