using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sessionize.Cli.Tests.Support;

/// <summary>Digests of sessions as the README of the shared data defines them.</summary>
public static class CanonicalRows
{
    /// <summary>The digest of the classic columns, and the one of all columns.</summary>
    public static (string Classic, string Full) Digest(IEnumerable<string> ndjsonRows)
    {
        List<byte[]> classic = [];
        List<byte[]> full = [];
        foreach (string line in ndjsonRows)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            JsonElement session = row.RootElement;
            string Text(string name) => session.GetProperty(name).GetString() ?? "";
            string Number(string name) => session.GetProperty(name).GetInt64().ToString(CultureInfo.InvariantCulture);
            string pages = string.Join('>', session.GetProperty("pages_visited").EnumerateArray().Select(page => page.GetString()));
            string start = $"{Text("uuid")}|{Text("session_id")}|{Number("session_start_time_ms")}|{Number("session_end_time_ms")}|{Number("event_count")}|{pages}";
            classic.Add(Encoding.UTF8.GetBytes(start));
            full.Add(Encoding.UTF8.GetBytes(
                $"{start}|{Text("entry_page")}|{Text("exit_page")}|{Number("page_view_count")}|{(session.GetProperty("is_bounce").GetBoolean() ? 1 : 0)}"
                + $"|{Text("end_reason")}|{Text("session_date")}|{Number("user_hash_bucket")}"));
        }

        return (DigestOf(classic), DigestOf(full));
    }

    private static string DigestOf(List<byte[]> lines)
    {
        // Rows are sorted as rows: a page name may hold a line break.
        lines.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < lines.Count; i++)
        {
            hash.AppendData(i == 0 ? [] : "\n"u8);
            hash.AppendData(lines[i]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
