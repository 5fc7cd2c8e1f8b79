using System.Text;

namespace Sessionize.Tests.Sinks;

/// <summary>A strict reader of RFC 4180 with LF line ends: it accepts nothing that a careless writer would get away with.</summary>
internal static class CsvText
{
    public static List<string[]> Read(string text)
    {
        List<string[]> rows = [];
        List<string> cells = [];
        int at = 0;
        while (at < text.Length)
        {
            cells.Add(text[at] == '"' ? ReadQuoted(text, ref at) : ReadPlain(text, ref at));
            char end = at < text.Length ? text[at++] : throw new FormatException("The last line has no end.");
            if (end == ',')
            {
                continue;
            }

            if (end != '\n')
            {
                throw new FormatException($"A cell ends with '{end}' at {at}.");
            }

            rows.Add([.. cells]);
            cells.Clear();
        }

        return rows;
    }

    private static string ReadPlain(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && text[at] is not (',' or '\n'))
        {
            if (text[at] is '"' or '\r')
            {
                throw new FormatException($"An unquoted cell holds a quote or a CR at {at}.");
            }

            at++;
        }

        return text[start..at];
    }

    private static string ReadQuoted(string text, ref int at)
    {
        StringBuilder cell = new();
        for (at++; ; at++)
        {
            if (text[at] != '"')
            {
                cell.Append(text[at]);
            }
            else if (++at < text.Length && text[at] == '"')
            {
                cell.Append('"');
            }
            else
            {
                return cell.ToString();
            }
        }
    }
}
