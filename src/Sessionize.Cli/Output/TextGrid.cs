using Spectre.Console;

namespace Sessionize.Cli.Output;

/// <summary>Draws a table of texts. What comes from elsewhere goes in as plain text, never as markup.</summary>
internal static class TextGrid
{
    // A path that is broken into two lines cannot be copied, and columns that give way to it cannot be read: the terminal may break lines.
    private const int Wide = 2000;

    /// <summary>Draws.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="columns">The headings; numbers are marked with a <c>#</c> before the name, and stand at the right.</param>
    /// <param name="rows">The rows.</param>
    public static void Write(IAnsiConsole console, string[] columns, IEnumerable<string[]> rows)
    {
        console.Profile.Width = Math.Max(console.Profile.Width, Wide);
        Table table = new() { Border = TableBorder.None };
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column.TrimStart('#'), new Style(decoration: Decoration.Dim)))
            {
                NoWrap = true,
                Alignment = column.StartsWith('#') ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, 2, 0),
            });
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(cell => new Text(TerminalText.Safe(cell))));
        }

        console.Write(table);
    }

    /// <summary>Draws a heading.</summary>
    public static void Heading(IAnsiConsole console, string text)
    {
        console.WriteLine();
        console.Write(new Text(TerminalText.Safe(text), new Style(decoration: Decoration.Bold)));
        console.WriteLine();
    }

    /// <summary>A line of names and values, past the library that draws, which would break a long one.</summary>
    public static void Line(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(TerminalText.Safe(text));
}
