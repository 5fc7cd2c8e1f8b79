using System.Globalization;

namespace Sessionize.Cli.Output;

/// <summary>Writes numbers and sizes for people.</summary>
internal static class CountText
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>A number with its digits in threes.</summary>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>So many things: <c>1 file</c>, <c>1,000 files</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="thing">One of them; more have an s behind it.</param>
    public static string Of(long count, string thing) => $"{Of(count)} {thing}{(count == 1 ? "" : "s")}";

    /// <summary>A size in its largest unit.</summary>
    public static string OfBytes(long bytes)
    {
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < s_units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return unit == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B")
            : string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {s_units[unit]}");
    }

    /// <summary>A time in UTC, to the second.</summary>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A time in UTC as scripts read it.</summary>
    public static string Exact(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
