using System.Globalization;
using Sessionize.Cli.Output;

namespace Sessionize.Cli.Demonstration;

/// <summary>Draws the sessions of one user one below the other, with what cut them apart.</summary>
internal static class Timeline
{
    private const int BarWidth = 24;
    private const int PageWidth = 24;

    /// <summary>The lines of the picture.</summary>
    /// <param name="sessions">All sessions of one user, in the order of time.</param>
    public static IEnumerable<string> Draw(IReadOnlyList<Session> sessions)
    {
        long longest = Math.Max(1, sessions.Max(session => session.EndMs - session.StartMs));
        for (int i = 0; i < sessions.Count; i++)
        {
            Session session = sessions[i];
            long length = session.EndMs - session.StartMs;
            string bar = length == 0 ? "•" : "•" + new string('━', (int)(length * (BarWidth - 2) / longest)) + "•";
            string pages = session.EntryPage == session.ExitPage ? Page(session.EntryPage) : $"{Page(session.EntryPage)} to {Page(session.ExitPage)}";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"  {session.StartTime:MM-dd HH:mm}  {bar,-BarWidth}  {LengthText.Of(length)}, {session.EventCount} event{(session.EventCount == 1 ? "" : "s")}, {pages}");
            string cut = $"cut: {TerminalText.Safe(session.EndReason, PageWidth)}";
            yield return i + 1 < sessions.Count
                ? $"               ┊ {LengthText.Of(sessions[i + 1].StartMs - session.EndMs)} until the next event ── {cut}"
                : $"               ┊ end of the data ── {cut}";
        }
    }

    private static string Page(string? page) => page is null ? "no page" : TerminalText.Safe(page, PageWidth);
}
