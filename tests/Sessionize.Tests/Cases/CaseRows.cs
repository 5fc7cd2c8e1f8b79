using System.Text;
using System.Text.Json;
using Sessionize.Sinks;
using Xunit;

namespace Sessionize.Tests.Cases;

/// <summary>Compares sessions with the rows of a case, as the writer writes them and a reader gets them.</summary>
internal static class CaseRows
{
    private static readonly Comparer<Session> s_byUserAndTime = Comparer<Session>.Create((left, right) =>
    {
        int byUser = Encoding.UTF8.GetBytes(left.UserId).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.UserId));
        return byUser != 0 ? byUser : left.StartMs.CompareTo(right.StartMs);
    });

    /// <summary>Sessions in the order of the cases' rows: by user, in the order of the ids' bytes, then by start.</summary>
    public static Session[] Order(IEnumerable<Session> sessions) => [.. sessions.Order(s_byUserAndTime)];

    /// <summary>Compares every column that the case states, but for those left out.</summary>
    public static void AssertEqual(JsonElement[] expected, IReadOnlyList<Session> sessions, params string[] leftOut)
    {
        Assert.Equal(expected.Length, sessions.Count);
        foreach ((JsonElement row, Session session) in expected.Zip(sessions))
        {
            JsonElement written = Write(session);
            foreach (JsonProperty column in row.EnumerateObject().Where(column => !leftOut.Contains(column.Name)))
            {
                JsonElement found = written.GetProperty(column.Name);
                Assert.True(JsonElement.DeepEquals(column.Value, found), $"{session.SessionId}: {column.Name} is {found.GetRawText()}, expected {column.Value.GetRawText()}");
            }

            // What the cases state only as a part of the id.
            Assert.EndsWith($"_{session.SessionIndex}", session.SessionId, StringComparison.Ordinal);
            Assert.Equal(0, session.Revision);
        }
    }

    private static JsonElement Write(Session session)
    {
        using MemoryStream line = new();
        using NdjsonSessionWriter writer = new(line);
        SessionBatch row = new();
        row.Add(session);
        writer.Write(row);
        using JsonDocument document = JsonDocument.Parse(line.ToArray());
        return document.RootElement.Clone();
    }
}
