using System.Globalization;

namespace Sessionize.Cli.Options;

/// <summary>Reads an amount of memory as the command line has it: <c>64MiB</c>, <c>1.5GB</c>.</summary>
internal static class SizeText
{
    /// <summary>The largest amount that is taken: 16 TiB.</summary>
    public const long MostBytes = 16L << 40;

    private static readonly (string Sign, long Bytes)[] s_units =
    [
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("KiB", 1L << 10),
        ("MiB", 1L << 20),
        ("GiB", 1L << 30),
        ("TiB", 1L << 40),
    ];

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bytes">The amount, from 16 MiB to 16 TiB; a part of a byte is dropped.</param>
    /// <param name="mistake">What is wrong with the text, as half a sentence.</param>
    /// <returns>Whether the text is an amount.</returns>
    public static bool TryRead(string text, out long bytes, out string mistake)
    {
        bytes = 0;
        int digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c is '.').Count();
        int unit = Array.FindIndex(s_units, known => text.AsSpan(digits).SequenceEqual(known.Sign));
        if (unit < 0 || !decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            mistake = "is no size: give a number with MiB, GiB, MB or GB";
            return false;
        }

        if (number < (decimal)BatchOptions.LeastMemoryBytes / s_units[unit].Bytes)
        {
            mistake = "is too little to work with: give at least 16MiB";
            return false;
        }

        if (number > (decimal)MostBytes / s_units[unit].Bytes)
        {
            mistake = "is more than any machine has: give at most 16TiB";
            return false;
        }

        bytes = (long)(number * s_units[unit].Bytes);
        mistake = "";
        return true;
    }
}
