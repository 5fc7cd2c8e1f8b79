using System.Globalization;

namespace Sessionize.Cli.Options;

/// <summary>Reads a point in time as the command line has it.</summary>
internal static class TimeText
{
    /// <summary>What is read, for messages.</summary>
    public const string Forms = "a date such as 2024-05-06 (UTC), ISO 8601 with offset such as 2024-05-06T12:00:00Z, or milliseconds since 1970";

    private static readonly string[] s_isoForms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK"];
    private static readonly DateTimeOffset s_latest = DateTimeOffset.MaxValue;

    /// <summary>Reads a text.</summary>
    /// <returns>The time; <see langword="null"/>, if it is none.</returns>
    public static DateTimeOffset? TryRead(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long milliseconds))
        {
            return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= s_latest.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            return new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        }

        bool hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        return hasOffset && DateTimeOffset.TryParseExact(text, s_isoForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time)
            ? time
            : null;
    }
}
