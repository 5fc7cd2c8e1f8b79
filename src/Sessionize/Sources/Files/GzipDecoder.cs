using System.Buffers.Binary;
using System.IO.Hashing;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Sessionize.Sources.Files;

/// <summary>All members of a gzip file, each checked to its last byte (RFC 1952).</summary>
/// <remarks>
/// The framing is our own, because the one of the base class library takes a cut file for a whole one and drops members behind garbage
/// without a word: docs/design/0002-reading-compressed-input.md.
/// </remarks>
internal sealed class GzipDecoder(StoredBytes stored) : IInputDecoder
{
    private const string Format = "gzip";
    private const byte HasHeaderChecksum = 2;
    private const byte HasExtraField = 4;
    private const byte HasName = 8;
    private const byte HasComment = 16;
    private const byte Reserved = 0xE0;
    private const byte Deflate = 8;

    private readonly Inflater _inflater = new(noHeader: true);
    private readonly Crc32 _checksum = new();
    private byte[] _output = [];
    private uint _length;
    private bool _isInMember;

    public static bool Starts(ReadOnlySpan<byte> bytes) => bytes is [0x1F, 0x8B, ..];

    public int Read(Span<byte> destination)
    {
        while (true)
        {
            if (!_isInMember)
            {
                if (!TryBeginMember())
                {
                    return 0;
                }

                _isInMember = true;
            }

            int written = Inflate(destination);
            if (written > 0)
            {
                return written;
            }

            EndMember();
            _isInMember = false;
        }
    }

    public void Dispose()
    {
    }

    private bool TryBeginMember()
    {
        // The first member's magic was seen already; an empty file is not gzip.
        if (stored.TrySkipPadding(Format))
        {
            return false;
        }

        if (!stored.TryFill(2) && stored.Unread is [0x1F])
        {
            throw stored.EndsTooEarly(Format);
        }

        if (!Starts(stored.Unread))
        {
            throw stored.IsForeign(Format);
        }

        _checksum.Reset();
        TakeHeader(2);
        byte method = TakeHeader();
        byte flags = TakeHeader();
        if (method != Deflate || (flags & Reserved) != 0)
        {
            throw stored.IsDamaged(Format, $"compression method {method} with flags 0x{flags:x2}, where only method 8 with flags up to 0x1f is known,");
        }

        TakeHeader(6);
        if ((flags & HasExtraField) != 0)
        {
            TakeHeader(TakeHeader() + (TakeHeader() << 8));
        }

        if ((flags & HasName) != 0)
        {
            TakeHeaderText();
        }

        if ((flags & HasComment) != 0)
        {
            TakeHeaderText();
        }

        if ((flags & HasHeaderChecksum) != 0)
        {
            uint expected = _checksum.GetCurrentHashAsUInt32() & 0xFFFF;
            if ((uint)(stored.Take(Format) + (stored.Take(Format) << 8)) != expected)
            {
                throw stored.IsDamaged(Format, "a wrong header checksum");
            }
        }

        _checksum.Reset();
        _length = 0;
        _inflater.Reset();
        return true;
    }

    private byte TakeHeader()
    {
        byte taken = stored.Take(Format);
        _checksum.Append([taken]);
        return taken;
    }

    private void TakeHeader(int count)
    {
        for (; count > 0; count--)
        {
            TakeHeader();
        }
    }

    private void TakeHeaderText()
    {
        while (TakeHeader() != 0)
        {
        }
    }

    /// <summary>Inflates until there is output, or the member's data ends.</summary>
    private int Inflate(Span<byte> destination)
    {
        if (_output.Length < destination.Length)
        {
            _output = new byte[destination.Length];
        }

        while (true)
        {
            int written;
            try
            {
                written = _inflater.Inflate(_output, 0, destination.Length);
            }
            catch (Exception failure) when (failure is SharpZipBaseException or IndexOutOfRangeException or ArgumentException or InvalidOperationException)
            {
                throw stored.IsDamaged(Format, "an impossible code", failure);
            }

            if (written > 0)
            {
                ReadOnlySpan<byte> output = _output.AsSpan(0, written);
                _checksum.Append(output);
                _length += (uint)written;
                output.CopyTo(destination);
                return written;
            }

            if (_inflater.IsFinished)
            {
                // It takes bytes ahead, a few of them from before the last fill.
                stored.Return(_inflater.RemainingInput);
                return 0;
            }

            if (_inflater.IsNeedingDictionary)
            {
                throw stored.IsDamaged(Format, "a preset dictionary");
            }

            if (!stored.TryFill(1))
            {
                throw stored.EndsTooEarly(Format);
            }

            ArraySegment<byte> input = stored.Unread;
            _inflater.SetInput(input.Array, input.Offset, input.Count);
            stored.Skip(input.Count);
        }
    }

    private void EndMember()
    {
        if (!stored.TryFill(8))
        {
            throw stored.EndsTooEarly(Format);
        }

        ReadOnlySpan<byte> trailer = stored.Unread;
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _checksum.GetCurrentHashAsUInt32()
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != _length)
        {
            throw stored.IsDamaged(Format, "a wrong checksum or length");
        }

        stored.Skip(8);
    }
}
