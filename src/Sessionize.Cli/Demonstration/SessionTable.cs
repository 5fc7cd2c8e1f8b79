using System.Globalization;
using Sessionize.Cli.Output;
using Spectre.Console;

namespace Sessionize.Cli.Demonstration;

/// <summary>Shows sessions as a table. What comes from the input goes in as plain text, never as markup.</summary>
internal static class SessionTable
{
    private const int TextWidth = 28;

    public static Table Of(IEnumerable<Session> sessions)
    {
        // Narrow enough for a window of 80 characters.
        Table table = new() { Border = TableBorder.None };
        foreach (string column in (string[])["session", "start (UTC)", "length", "events", "first page", "ended by"])
        {
            Justify side = column is "length" or "events" ? Justify.Right : Justify.Left;
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Dim))) { NoWrap = true, Alignment = side, Padding = new Padding(0, 0, 1, 0) });
        }

        foreach (Session session in sessions)
        {
            table.AddRow(
                new Text(TerminalText.Safe(session.SessionId, TextWidth)),
                new Text(session.StartTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{(int)session.Duration.TotalMinutes:00}:{session.Duration.Seconds:00}")),
                new Text(session.EventCount.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(TerminalText.Safe(session.EntryPage ?? "", TextWidth)),
                new Text(TerminalText.Safe(session.EndReason, TextWidth)));
        }

        return table;
    }
}
