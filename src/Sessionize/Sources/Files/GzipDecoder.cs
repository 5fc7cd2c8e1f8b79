using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

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

    private readonly DeflateInput _input = new(stored, Format);
    private readonly Crc32 _checksum = new();
    private DeflateStream? _member;
    private uint _length;

    /// <summary>What a member begins with.</summary>
    public static ReadOnlySpan<byte> Mark => [0x1F, 0x8B];

    public static bool Starts(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Mark);

    public int Read(Span<byte> destination)
    {
        while (_member is not null || TryBeginMember())
        {
            int written = Inflate(destination);
            if (written > 0)
            {
                return written;
            }

            EndMember();
        }

        return 0;
    }

    public void Dispose() => _member?.Dispose();

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
        _member = new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
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

    /// <returns>How many bytes; 0 when the member's data has ended.</returns>
    private int Inflate(Span<byte> destination)
    {
        int written;
        try
        {
            written = _member!.Read(destination);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            throw stored.IsDamaged(Format, "an impossible code", failure);
        }

        _checksum.Append(destination[..written]);
        _length += (uint)written;
        return written;
    }

    private void EndMember()
    {
        _member!.Dispose();
        _member = null;
        Span<byte> trailer = stackalloc byte[DeflateInput.TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _checksum.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
        if (!_input.TryEnd())
        {
            throw HasWrongEnd(trailer);
        }

        if (!stored.TryFill(trailer.Length))
        {
            throw stored.EndsTooEarly(Format);
        }

        if (!stored.Unread.AsSpan().StartsWith(trailer))
        {
            throw HasWrongTrailer();
        }

        stored.Skip(trailer.Length);
    }

    /// <summary>Says what is wrong where no member may end; only the place in the message is looked for.</summary>
    private SessionizeException HasWrongEnd(ReadOnlySpan<byte> trailer)
    {
        stored.TryFill(_input.Piece + trailer.Length);
        int end = stored.Unread.AsSpan().IndexOf(trailer);
        if (end < 0)
        {
            stored.Skip(_input.Piece);
            return HasWrongTrailer();
        }

        stored.Skip(end + trailer.Length);
        return stored.TrySkipPadding(Format) ? HasWrongTrailer() : stored.IsForeign(Format);
    }

    private SessionizeException HasWrongTrailer() => stored.IsDamaged(Format, "a wrong checksum or length");
}
