using System.Buffers.Binary;
using ZstdSharp.Unsafe;

namespace Sessionize.Sources.Files;

/// <summary>All frames of a zstd file, skippable ones passed over (RFC 8878).</summary>
/// <remarks>
/// Calls the library's port of the C functions: its own classes go on from a frame to whatever follows, so that they cannot tell padding,
/// foreign bytes and a damaged frame apart.
/// </remarks>
internal sealed unsafe class ZstdDecoder(StoredBytes stored) : IInputDecoder
{
    private const string Format = "zstd";
    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;
    private const uint SkippableMask = 0xFFFFFFF0;

    // What the longest window of the format takes is only used by content of that length.
    private const int LongestWindowLog = 31;

    private ZSTD_DCtx_s* _context = CreateContext();
    private bool _isInFrame;

    public static bool Starts(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            return false;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return magic == Magic || (magic & SkippableMask) == SkippableMagic;
    }

    public int Read(Span<byte> destination)
    {
        while (true)
        {
            if (!_isInFrame && !TryBeginFrame())
            {
                return 0;
            }

            // The decompressor may still hold output when the input is used up, so an end shows only when nothing comes out.
            bool hasMore = stored.TryFill(1);
            int written = Decompress(destination);
            if (written > 0)
            {
                return written;
            }

            if (_isInFrame && !hasMore)
            {
                throw stored.EndsTooEarly(Format);
            }
        }
    }

    public void Dispose()
    {
        Methods.ZSTD_freeDCtx(_context);
        _context = null;
    }

    private static ZSTD_DCtx_s* CreateContext()
    {
        ZSTD_DCtx_s* context = Methods.ZSTD_createDCtx();
        Methods.ZSTD_DCtx_setParameter(context, ZSTD_dParameter.ZSTD_d_windowLogMax, LongestWindowLog);
        return context;
    }

    private int Decompress(Span<byte> destination)
    {
        ReadOnlySpan<byte> unread = stored.Unread;
        fixed (byte* from = unread, to = destination)
        {
            ZSTD_inBuffer_s input = new() { src = from, size = (nuint)unread.Length };
            ZSTD_outBuffer_s output = new() { dst = to, size = (nuint)destination.Length };
            nuint result = Methods.ZSTD_decompressStream(_context, &output, &input);
            if (Methods.ZSTD_isError(result))
            {
                throw stored.IsDamaged(Format, $"an error ({Methods.ZSTD_getErrorName(result)})");
            }

            // Zero says that the frame is complete, and all of it written.
            _isInFrame = result != 0;
            stored.Skip((int)input.pos);
            return (int)output.pos;
        }
    }

    private bool TryBeginFrame()
    {
        if (stored.TrySkipPadding(Format))
        {
            return false;
        }

        if (!stored.TryFill(4) && (stored.Unread is [0x28] || InputDecoding.IsCutZstdMagic(stored.Unread)))
        {
            throw stored.EndsTooEarly(Format);
        }

        if (!Starts(stored.Unread))
        {
            throw stored.IsForeign(Format);
        }

        _isInFrame = true;
        return true;
    }
}
