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
        Table table = new() { Border = TableBorder.Rounded };
        foreach (string column in (string[])["session_id", "start (UTC)", "length", "events", "entry page", "end_reason"])
        {
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = true, Alignment = column == "events" ? Justify.Right : Justify.Left });
        }

        foreach (Session session in sessions)
        {
            table.AddRow(
                new Text(TerminalText.Safe(session.SessionId, TextWidth)),
                new Text(session.StartTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)),
                new Text(LengthText.Of(session.EndMs - session.StartMs)),
                new Text(session.EventCount.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(TerminalText.Safe(session.EntryPage ?? "", TextWidth)),
                new Text(TerminalText.Safe(session.EndReason, TextWidth)));
        }

        return table;
    }
}
