using System.Buffers;
using System.Buffers.Binary;
using ZstdSharp;

namespace Sessionize.Sources.Files;

/// <summary>All frames of a zstd file, skippable ones passed over (RFC 8878).</summary>
internal sealed class ZstdDecoder(StoredBytes stored) : IInputDecoder
{
    private const string Format = "zstd";
    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;
    private const uint SkippableMask = 0xFFFFFFF0;

    private readonly Decompressor _decompressor = new();
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
            int consumed, written;
            try
            {
                OperationStatus status = _decompressor.UnwrapStream(stored.Unread, destination, out consumed, out written);
                _isInFrame = status != OperationStatus.Done;
            }
            catch (ZstdException failure)
            {
                throw stored.IsDamaged(Format, $"an error ({failure.Message})", failure);
            }

            stored.Skip(consumed);
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

    public void Dispose() => _decompressor.Dispose();

    private bool TryBeginFrame()
    {
        if (stored.TrySkipPadding(Format))
        {
            return false;
        }

        if (!stored.TryFill(4) && InputDecoding.IsCutZstdMagic(stored.Unread))
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
