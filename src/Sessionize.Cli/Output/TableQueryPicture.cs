using Spectre.Console;

namespace Sessionize.Cli.Output;

/// <summary>Draws the sessions of a query.</summary>
internal static class TableQueryPicture
{
    private const int TextWidth = 40;

    /// <summary>Draws.</summary>
    public static void Draw(IEnumerable<Session> sessions)
    {
        IAnsiConsole console = Pictures.ConsoleOf(Console.Out);
        TextGrid.Write(console, ["session", "start (UTC)", "#length", "#events", "first page", "ended by", "#bucket"], sessions.Select(session => (string[])
        [
            TerminalText.Safe(session.SessionId, TextWidth),
            CountText.Of(session.StartTime),
            LengthText.Of(session.EndMs - session.StartMs),
            CountText.Of(session.EventCount),
            TerminalText.Safe(session.EntryPage ?? "", TextWidth),
            TerminalText.Safe(session.EndReason, TextWidth),
            $"{session.UserHashBucket}",
        ]));
    }
}
