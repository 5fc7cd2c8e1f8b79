using System.Text;

namespace Sessionize.Parsing;

/// <summary>Resolves the escapes of a JSON string whose grammar was checked.</summary>
internal static class JsonText
{
    /// <summary>Resolves escapes.</summary>
    /// <param name="text">The bytes between the quotes.</param>
    /// <param name="resolved">At least as long as the text.</param>
    /// <param name="length">How many bytes were written.</param>
    /// <returns>Whether the text is valid; <see langword="false"/> for half a surrogate pair.</returns>
    public static bool TryUnescape(ReadOnlySpan<byte> text, Span<byte> resolved, out int length)
    {
        length = 0;
        while (true)
        {
            int run = text.IndexOf((byte)'\\');
            ReadOnlySpan<byte> plain = run < 0 ? text : text[..run];
            plain.CopyTo(resolved[length..]);
            length += plain.Length;
            if (run < 0)
            {
                return true;
            }

            byte kind = text[run + 1];
            text = text[(run + 2)..];
            if (kind != 'u')
            {
                resolved[length++] = kind switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => kind,
                };
                continue;
            }

            if (!TryTakeRune(ref text, out Rune rune))
            {
                return false;
            }

            length += rune.EncodeToUtf8(resolved[length..]);
        }
    }

    private static bool TryTakeRune(ref ReadOnlySpan<byte> text, out Rune rune)
    {
        char first = TakeUnit(ref text);
        if (Rune.TryCreate(first, out rune))
        {
            return true;
        }

        if (!char.IsHighSurrogate(first) || text.Length < 6 || text[0] != '\\' || text[1] != 'u')
        {
            return false;
        }

        text = text[2..];
        return Rune.TryCreate(first, TakeUnit(ref text), out rune);
    }

    private static char TakeUnit(ref ReadOnlySpan<byte> text)
    {
        int unit = 0;
        foreach (byte digit in text[..4])
        {
            // Letters of both cases have bit 6 and their place in the alphabet, from 1, in the lower half.
            unit = (unit << 4) | ((digit & 0xF) + ((digit >> 6) * 9));
        }

        text = text[4..];
        return (char)unit;
    }
}
