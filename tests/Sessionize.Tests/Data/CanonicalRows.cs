using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sessionize.Tests.Data;

/// <summary>The digests of a set of sessions, as the expected results of the data sets define them.</summary>
internal static class CanonicalRows
{
    /// <summary>Over <c>uuid|session_id|start_ms|end_ms|event_count|page1>page2>…</c>.</summary>
    public static string Digest(IEnumerable<Session> sessions) => DigestOf(sessions.Select(Row));

    /// <summary>Over every column.</summary>
    public static string FullDigest(IEnumerable<Session> sessions) => DigestOf(sessions.Select(session => string.Create(
        CultureInfo.InvariantCulture,
        $"{Row(session)}|{session.EntryPage}|{session.ExitPage}|{session.PageViewCount}|{(session.IsBounce ? 1 : 0)}|{session.EndReason}|{session.SessionDate}|{session.UserHashBucket}")));

    private static string Row(Session session) => string.Create(
        CultureInfo.InvariantCulture,
        $"{session.UserId}|{session.SessionId}|{session.StartMs}|{session.EndMs}|{session.EventCount}|{string.Join('>', session.PagesVisited)}");

    private static string DigestOf(IEnumerable<string> rows)
    {
        byte[][] lines = [.. rows.Select(Encoding.UTF8.GetBytes)];
        Array.Sort(lines, (left, right) => left.AsSpan().SequenceCompareTo(right));
        using MemoryStream joined = new();
        foreach (byte[] line in lines)
        {
            if (joined.Length > 0)
            {
                joined.WriteByte((byte)'\n');
            }

            joined.Write(line);
        }

        return Convert.ToHexStringLower(SHA256.HashData(joined.ToArray()));
    }
}
