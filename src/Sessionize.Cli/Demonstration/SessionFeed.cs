using System.Globalization;
using Sessionize.Cli.Output;

namespace Sessionize.Cli.Demonstration;

/// <summary>Prints sessions one by one as they close, as a table whose end nobody knows.</summary>
/// <param name="output">Where to.</param>
/// <param name="status">The line of a terminal below them.</param>
internal sealed class SessionFeed(TextWriter output, StatusLine status)
{
    private const int UserWidth = 28;
    private const int PageWidth = 14;
    private const int ReasonWidth = 12;

    /// <summary>How many were printed.</summary>
    public int Count { get; private set; }

    public void WriteHeading() => Write(Row("user", "start (UTC)", "length", "events", "first page", "ended by"));

    public void Write(Session session)
    {
        Count++;
        Write(Row(
            TerminalText.Safe(session.UserId, UserWidth),
            session.StartTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{(int)session.Duration.TotalMinutes:00}:{session.Duration.Seconds:00}"),
            session.EventCount.ToString("N0", CultureInfo.InvariantCulture),
            TerminalText.Safe(session.EntryPage ?? "", PageWidth),
            TerminalText.Safe(session.EndReason, ReasonWidth)));
    }

    private static string Row(string user, string start, string length, string events, string page, string reason) =>
        $"{user,-UserWidth} {start,-11} {length,6} {events,6}  {page,-PageWidth} {reason}";

    private void Write(string line) => status.Above(() => output.WriteLine(line));
}
