namespace Sessionize.Sources.Files;

/// <summary>Hands stored bytes to a <see cref="System.IO.Compression.DeflateStream"/> in pieces that show where its data ended.</summary>
/// <remarks>
/// That stream does not tell how much of its input it used; but it asks for more as long as its data has not ended, and only then. So data
/// that ended with a piece of one byte ended exactly there. Behind every member stand the 8 bytes of its trailer and then a member, zero
/// bytes or the end of the input; the byte before each such place is a piece of its own, and all that lies between goes in large pieces.
/// Data that ends within a large piece is followed by something that may not follow: docs/design/0002-reading-compressed-input.md.
/// </remarks>
internal sealed class DeflateInput(StoredBytes stored, string format) : Stream
{
    /// <summary>What follows the data of a member: checksum and length.</summary>
    public const int TrailerBytes = 8;

    // The first byte of the next member's mark may be the last one that is there.
    private const int BytesToNextMark = TrailerBytes + 1;

    private int _piece;
    private long _searchedTo = -1;
    private long _nextEnd;
    private long _tail;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The length of the last piece; its bytes are still unread, for nobody knows yet whether they belong to the data.</summary>
    public int Piece => _piece;

    /// <summary>Ends the data at the end of the last piece.</summary>
    /// <returns>Whether it ended exactly there; else it ended somewhere within that piece, which stays unread.</returns>
    public bool TryEnd()
    {
        if (_piece != 1)
        {
            return false;
        }

        TakePiece();
        return true;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        TakePiece();
        if (!stored.TryFill(1))
        {
            throw stored.EndsTooEarly(format);
        }

        ReadOnlySpan<byte> unread = stored.Unread;
        _piece = (int)Math.Clamp(FindNextEnd(unread) - stored.Offset - 1, 1, buffer.Length);
        unread[.._piece].CopyTo(buffer);
        return _piece;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void TakePiece()
    {
        stored.Skip(_piece);
        _piece = 0;
    }

    /// <summary>The next place where a member's data may end, if nothing follows that may not follow.</summary>
    private long FindNextEnd(ReadOnlySpan<byte> unread)
    {
        long offset = stored.Offset;
        if (_searchedTo != offset + unread.Length)
        {
            // What comes next is not known yet: the zero bytes at the end of what is there may be padding, and each of the last places an end.
            _searchedTo = offset + unread.Length;
            _tail = offset + unread.TrimEnd((byte)0).Length - BytesToNextMark;
            _nextEnd = offset;
        }

        if (offset >= _tail)
        {
            return offset + 1;
        }

        if (offset >= _nextEnd)
        {
            int mark = unread[BytesToNextMark..].IndexOf(GzipDecoder.Mark);
            _nextEnd = mark < 0 ? _tail : Math.Min(_tail, offset + mark + 1);
        }

        return _nextEnd;
    }
}
