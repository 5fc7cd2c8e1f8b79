using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sessionize.Testing.Laws;

/// <summary>Two results that should have been the same.</summary>
internal sealed record Difference(string LeftName, IReadOnlyList<string> Left, string RightName, IReadOnlyList<string> Right)
{
    /// <summary>Two results whose sessions are not the same, whatever their order; every column counts.</summary>
    public static Difference? Between(string leftName, IEnumerable<Session> left, string rightName, IEnumerable<Session> right)
    {
        Session[] all = [.. left];
        List<Session> others = [.. right];
        Difference found = new(leftName, Show(all), rightName, Show(others));
        return all.All(others.Remove) && others.Count == 0 ? null : found;
    }

    public static Difference? Between(string leftName, IEnumerable<string> left, string rightName, IEnumerable<string> right)
    {
        Difference found = new(leftName, [.. left], rightName, [.. right]);
        return found.Left.SequenceEqual(found.Right, StringComparer.Ordinal) ? null : found;
    }

    /// <summary>Both results side by side; lines that differ are marked.</summary>
    public override string ToString()
    {
        int width = Left.Append(LeftName).Max(line => line.Length);
        StringBuilder text = new($"    {LeftName.PadRight(width)}   {RightName}");
        for (int i = 0; i < Math.Max(Left.Count, Right.Count); i++)
        {
            string left = Left.ElementAtOrDefault(i) ?? "";
            string right = Right.ElementAtOrDefault(i) ?? "";
            text.Append('\n').Append(left == right ? "    " : "  ! ").Append(left.PadRight(width)).Append(" | ").Append(right);
        }

        return text.ToString();
    }

    private static string[] Show(IEnumerable<Session> sessions) => [.. sessions.Select(Show).Order(StringComparer.Ordinal)];

    // For people; texts as in JSON, so that null, "" and pages with a comma look different.
    private static string Show(Session s) => string.Create(
        CultureInfo.InvariantCulture,
        $"{s.SessionId} of {Text(s.UserId)} {Minutes(s.StartMs)}..{Minutes(s.EndMs)} events={s.EventCount} {s.EndReason} k={s.SessionIndex} visit={Minutes(s.VisitStartMs)} {Text(s.EntryPage)}>{Text(s.ExitPage)} views={s.PageViewCount} {JsonSerializer.Serialize(s.PagesVisited)} revision={s.Revision} bucket={s.UserHashBucket}");

    private static string Text(string? text) => JsonSerializer.Serialize(text);

    private static string Minutes(long ms) =>
        TimelineToken.Write(new ClickstreamEvent("", ms), Timeline.DefaultOrigin);
}
