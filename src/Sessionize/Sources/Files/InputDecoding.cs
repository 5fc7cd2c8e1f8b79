namespace Sessionize.Sources.Files;

/// <summary>Finds out from an input's first bytes how it is compressed; its name says nothing.</summary>
internal static class InputDecoding
{
    private const int MagicBytes = 4;

    /// <summary>Chooses the decoder.</summary>
    /// <exception cref="SessionizeException">The input cannot be read, or ends within the mark of a compression.</exception>
    public static IInputDecoder Start(StoredBytes stored)
    {
        bool isWhole = stored.TryFill(MagicBytes);
        ReadOnlySpan<byte> start = stored.Unread;
        if (GzipDecoder.Starts(start) || start is [0x1F])
        {
            return new GzipDecoder(stored);
        }

        // No text begins with these bytes: the second one of zstd's mark is not UTF-8.
        return ZstdDecoder.Starts(start) || (!isWhole && IsCutZstdMagic(start))
            ? new ZstdDecoder(stored)
            : new PlainDecoder(stored);
    }

    /// <summary>Whether the bytes, fewer than four, begin a frame of zstd.</summary>
    public static bool IsCutZstdMagic(ReadOnlySpan<byte> bytes) => bytes is [0x28, 0xB5] or [0x28, 0xB5, 0x2F];
}
