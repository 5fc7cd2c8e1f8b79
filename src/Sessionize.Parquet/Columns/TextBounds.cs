namespace Sessionize.Parquet.Columns;

/// <summary>Short texts below and above long ones, in the order of UTF-8 bytes, which is that of code points.</summary>
internal static class TextBounds
{
    /// <summary>The most bytes of a text's beginning in statistics; in the bound above it the last character, the next one, may take one more. Sixteen code points, what Iceberg keeps of a bound, always fit in.</summary>
    public const int MostBytes = 64;

    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;
    private const int LastCodePoint = 0x10FFFF;

    /// <summary>The longest beginning of whole code points that is at most <see cref="MostBytes"/> long: the text itself or less than it.</summary>
    public static ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> text) => PrefixOfBytes(text, MostBytes);

    /// <summary>The longest beginning of whole code points that is at most so many bytes long: the text itself or less than it.</summary>
    public static ReadOnlySpan<byte> PrefixOfBytes(ReadOnlySpan<byte> text, int mostBytes)
    {
        if (text.Length <= mostBytes)
        {
            return text;
        }

        int length = mostBytes;
        while (length > 0 && IsContinuation(text[length]))
        {
            length--;
        }

        return text[..length];
    }

    /// <summary>The beginning of at most so many code points.</summary>
    public static ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> text, int codePoints)
    {
        if (text.Length <= codePoints)
        {
            return text;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (!IsContinuation(text[i]) && codePoints-- == 0)
            {
                return text[..i];
            }
        }

        return text;
    }

    /// <summary>The least text of whole code points, not longer than the prefix in them, that is above every text that begins with the prefix.</summary>
    /// <returns>The text; none, if the prefix has nothing but the last code point.</returns>
    public static byte[]? Above(ReadOnlySpan<byte> prefix)
    {
        Span<byte> encoded = stackalloc byte[4];
        for (int end = prefix.Length; end > 0;)
        {
            int start = end - 1;
            while (start > 0 && IsContinuation(prefix[start]))
            {
                start--;
            }

            if (System.Text.Rune.DecodeFromUtf8(prefix[start..end], out System.Text.Rune rune, out _) == System.Buffers.OperationStatus.Done
                && rune.Value != LastCodePoint)
            {
                int next = rune.Value + 1;
                int length = new System.Text.Rune(next is >= FirstSurrogate and <= LastSurrogate ? LastSurrogate + 1 : next).EncodeToUtf8(encoded);
                return [.. prefix[..start], .. encoded[..length]];
            }

            // The last code point has none above it: the one before it takes the step.
            end = start;
        }

        return null;
    }

    private static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;
}
