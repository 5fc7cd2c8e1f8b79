namespace Sessionize.Sources.Files;

/// <summary>Finds out from an input's first bytes how it is compressed; its name says nothing.</summary>
internal static class InputDecoding
{
    /// <summary>How many bytes tell how an input is compressed.</summary>
    public const int MagicBytes = 4;

    /// <summary>Chooses the decoder.</summary>
    /// <exception cref="SessionizeException">The input cannot be read, or ends within the mark of a compression.</exception>
    public static IInputDecoder Start(StoredBytes stored)
    {
        stored.TryFill(MagicBytes);
        ReadOnlySpan<byte> start = stored.Unread;
        return IsGzip(start) ? new GzipDecoder(stored) : IsZstd(start) ? new ZstdDecoder(stored) : new PlainDecoder(stored);
    }

    /// <summary>Whether an input with these first bytes, four or all of them, is stored as it is.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> start) => !IsGzip(start) && !IsZstd(start);

    /// <summary>Whether the bytes, fewer than four, begin a frame of zstd.</summary>
    public static bool IsCutZstdMagic(ReadOnlySpan<byte> bytes) => bytes is [0x28, 0xB5] or [0x28, 0xB5, 0x2F];

    private static bool IsGzip(ReadOnlySpan<byte> start) => GzipDecoder.Starts(start) || start is [0x1F];

    // No text begins with these bytes: the second one of zstd's mark is not UTF-8.
    private static bool IsZstd(ReadOnlySpan<byte> start) => ZstdDecoder.Starts(start) || IsCutZstdMagic(start);
}
