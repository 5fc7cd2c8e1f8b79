using System.Globalization;

namespace Sessionize.Cli.Options;

/// <summary>Reads a duration as the command line has it: <c>90s</c>, <c>1.5h</c>, or a bare number of a unit that the option says.</summary>
internal static class DurationText
{
    /// <summary>The longest duration that is taken.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    private static readonly (string Sign, string Name, decimal Ms)[] s_units =
    [
        ("ms", "milliseconds", 1),
        ("s", "seconds", 1000),
        ("m", "minutes", 60 * 1000),
        ("h", "hours", 60 * 60 * 1000),
        ("d", "days", 24 * 60 * 60 * 1000),
    ];

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bareUnit">The sign of the unit of a bare number.</param>
    /// <param name="duration">The duration: above zero, in whole milliseconds, at most 36,500 days.</param>
    /// <param name="mistake">What is wrong with the text, as half a sentence.</param>
    /// <returns>Whether the text is a duration.</returns>
    public static bool TryRead(string text, string bareUnit, out TimeSpan duration, out string mistake)
    {
        duration = default;
        int digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c is '.').Count();
        string sign = text.Length == digits ? bareUnit : text[digits..];
        int unit = Array.FindIndex(s_units, known => known.Sign == sign);
        if (unit < 0 || !decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            mistake = "is no duration: give a number with ms, s, m, h or d";
            return false;
        }

        if (number > (decimal)Longest.TotalMilliseconds / s_units[unit].Ms)
        {
            mistake = "is too long: give at most 36500d";
            return false;
        }

        decimal ms = number * s_units[unit].Ms;
        if (ms <= 0 || ms != decimal.Truncate(ms))
        {
            mistake = "is not above zero in whole milliseconds: give at least 1ms";
            return false;
        }

        duration = TimeSpan.FromMilliseconds((long)ms);
        mistake = "";
        return true;
    }

    /// <summary>How a bare number was read (<c>30 minutes</c>), or <see langword="null"/> where the text names its unit.</summary>
    public static string? DescribeBare(string text, string bareUnit)
    {
        if (!text.All(c => char.IsAsciiDigit(c) || c is '.'))
        {
            return null;
        }

        string units = s_units.Single(unit => unit.Sign == bareUnit).Name;
        return $"{text} {(text == "1" ? units[..^1] : units)}";
    }
}
