using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sessionize.Testing;

/// <summary>One event in a line of a <see cref="Timeline"/>.</summary>
internal static partial class TimelineToken
{
    public static ClickstreamEvent Read(string user, string token, DateTimeOffset origin)
    {
        Match found = Token().Match(token);
        if (!found.Success)
        {
            throw new FormatException($"'{token}' is no event: write a time in minutes, such as 10, 90s or 30+1ms, then perhaps :page, #id and {{field=value}}.");
        }

        long time = Milliseconds(found.Groups["n"].Value, found.Groups["u"].Value)
            + Milliseconds(found.Groups["m"].Value, found.Groups["v"].Value);
        return new ClickstreamEvent(user, origin.ToUnixTimeMilliseconds() + time, Text(found.Groups["page"]), Text(found.Groups["id"]))
        {
            Fields = found.Groups["path"].Captures
                .Zip(found.Groups["value"].Captures, (path, value) => (Path: Uri.UnescapeDataString(path.Value), Value: Uri.UnescapeDataString(value.Value)))
                .ToDictionary(field => field.Path, string? (field) => field.Value),
        };
    }

    public static string Write(ClickstreamEvent e, DateTimeOffset origin)
    {
        StringBuilder token = new(WriteTime(e.TimestampMs - origin.ToUnixTimeMilliseconds()));
        if (!string.IsNullOrEmpty(e.PageName))
        {
            token.Append(':').Append(Uri.EscapeDataString(e.PageName));
        }

        if (!string.IsNullOrEmpty(e.EventId))
        {
            token.Append('#').Append(Uri.EscapeDataString(e.EventId));
        }

        foreach ((string path, string? value) in e.Fields.Where(field => field.Value is not null).OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            token.Append('{').Append(Uri.EscapeDataString(path)).Append('=').Append(Uri.EscapeDataString(value!)).Append('}');
        }

        return token.ToString();
    }

    private static string WriteTime(long ms)
    {
        if (ms % 60_000 == 0)
        {
            return (ms / 60_000).ToString(CultureInfo.InvariantCulture);
        }

        // Beside a whole minute, as the limits are: 30+1ms and 30-1ms.
        long minute = (long)Math.Round(ms / 60_000.0);
        long rest = ms - (minute * 60_000);
        string beside = rest % 1_000 == 0 ? $"{rest / 1_000}s" : $"{rest}ms";
        return minute == 0 ? beside : string.Create(CultureInfo.InvariantCulture, $"{minute}{(rest > 0 ? "+" : "")}{beside}");
    }

    private static long Milliseconds(string number, string unit) => number.Length == 0 ? 0
        : long.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) * unit switch { "ms" => 1, "s" => 1_000, "h" => 3_600_000, _ => 60_000 };

    private static string? Text(Group group) => group.Success ? Uri.UnescapeDataString(group.Value) : null;

    [GeneratedRegex(@"^(?<n>-?\d{1,13})(?<u>ms|s|m|h)?((?<m>[+-]\d{1,13})(?<v>ms|s|m))?(:(?<page>[^:#{}|]+))?(#(?<id>[^:#{}|]+))?(\{(?<path>[^={}|]+)=(?<value>[^={}|]*)\})*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
