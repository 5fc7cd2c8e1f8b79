using System.Globalization;
using System.Text;

namespace Sessionize.Testing.Laws;

/// <summary>Two results that should have been the same.</summary>
internal sealed record Difference(string LeftName, IReadOnlyList<string> Left, string RightName, IReadOnlyList<string> Right)
{
    public static Difference? Between(string leftName, IEnumerable<Session> left, string rightName, IEnumerable<Session> right) =>
        Between(leftName, left.Select(Show).Order(StringComparer.Ordinal), rightName, right.Select(Show).Order(StringComparer.Ordinal));

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

    // Every column of the row that does not follow from the others.
    private static string Show(Session s) => string.Create(
        CultureInfo.InvariantCulture,
        $"{s.SessionId} {Minutes(s.StartMs)}..{Minutes(s.EndMs)} events={s.EventCount} {s.EndReason} k={s.SessionIndex} visit={Minutes(s.VisitStartMs)} {s.EntryPage}>{s.ExitPage} views={s.PageViewCount} [{string.Join(",", s.PagesVisited)}] bucket={s.UserHashBucket}");

    private static string Minutes(long ms) =>
        TimelineToken.Write(new ClickstreamEvent("", ms), Timeline.DefaultOrigin);
}
