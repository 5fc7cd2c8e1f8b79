using System.Globalization;

namespace Sessionize.Cli.Output;

/// <summary>Writes a length as a person says it: its two largest units.</summary>
internal static class LengthText
{
    public static string Of(long milliseconds)
    {
        TimeSpan length = TimeSpan.FromMilliseconds(milliseconds);
        return length switch
        {
            { TotalDays: >= 1 } => Pair(length.Days, "d", length.Hours, "h"),
            { TotalHours: >= 1 } => Pair(length.Hours, "h", length.Minutes, "min"),
            { TotalMinutes: >= 1 } => Pair(length.Minutes, "min", length.Seconds, "s"),
            { TotalSeconds: >= 10 } or { Ticks: 0 } => string.Create(CultureInfo.InvariantCulture, $"{length.Seconds} s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{length.TotalSeconds:0.###} s"),
        };
    }

    private static string Pair(int large, string largeUnit, int small, string smallUnit) => small == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit}")
        : string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit} {small} {smallUnit}");
}
