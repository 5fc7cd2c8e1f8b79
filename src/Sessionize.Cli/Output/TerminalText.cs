using System.Globalization;
using System.Text;

namespace Sessionize.Cli.Output;

/// <summary>Makes texts of the input harmless on a terminal: what moves, hides or turns text is written as an escape.</summary>
internal static class TerminalText
{
    /// <summary>The text, with everything that is no visible character as <c>\u{1b}</c>.</summary>
    public static string Safe(string text)
    {
        StringBuilder safe = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            // Half a surrogate pair comes as U+FFFD, which is visible.
            if (IsHarmless(rune))
            {
                safe.Append(rune.ToString());
            }
            else
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
        }

        return safe.ToString();
    }

    /// <summary>The text, safe, and at most so many characters long.</summary>
    public static string Safe(string text, int most)
    {
        // Cut before and after: an id of a megabyte need not be looked at, and escapes are longer than what they stand for.
        string safe = Safe(text.Length > most + 1 ? text[..(most + 1)] : text);
        if (safe.Length <= most)
        {
            return safe;
        }

        int end = char.IsHighSurrogate(safe[most - 2]) ? most - 2 : most - 1;
        return safe[..end] + "…";
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Format characters turn the direction of what follows, or are not seen at all.
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
        _ => true,
    };
}
