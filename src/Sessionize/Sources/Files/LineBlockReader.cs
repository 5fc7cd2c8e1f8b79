namespace Sessionize.Sources.Files;

/// <summary>Cuts an input, or a stretch of one, into blocks of whole lines (semantics section 8).</summary>
/// <remarks>
/// A stretch has the lines that start in it: it goes on behind its end until the last one is whole, and leaves out what belongs to a line
/// that started before. Not thread-safe.
/// </remarks>
internal sealed class LineBlockReader
{
    private const int MarkBytes = 4;

    private readonly Func<Span<byte>, int> _read;
    private readonly string _name;
    private readonly int _maxLineBytes;
    private readonly long _end;
    private readonly LineBlock _rest = new(capacity: 4096);
    private bool _skipsFirst;
    private bool _isStarted;
    private bool _isAtEnd;

    /// <param name="read">Reads on; gives 0 at the input's end. Begins one byte before a stretch that is not the first.</param>
    /// <param name="name">What the input is called in messages.</param>
    /// <param name="maxLineBytes">The longest line, without its end.</param>
    /// <param name="start">Where the stretch starts in the input.</param>
    /// <param name="end">Where it ends.</param>
    public LineBlockReader(Func<Span<byte>, int> read, string name, int maxLineBytes, long start = 0, long end = long.MaxValue)
    {
        (_read, _name, _maxLineBytes, _end) = (read, name, maxLineBytes, end);
        _skipsFirst = start > 0;
        _isStarted = start > 0;
        _rest.Offset = Math.Max(start - 1, 0);
    }

    /// <summary>Fills a block.</summary>
    /// <returns>Whether there were lines; else the stretch is at its end.</returns>
    /// <exception cref="SessionizeException">The input fails, or is in an encoding that is not UTF-8.</exception>
    public bool TryRead(LineBlock block)
    {
        block.Offset = _rest.Offset;
        block.Length = 0;
        block.LongLineBytes = 0;
        block.Append(_rest.Bytes);
        _rest.Length = 0;
        if (_skipsFirst && !TrySkipFirst(block))
        {
            return false;
        }

        // What follows starts a line; of a stretch that lies within one line, another stretch's.
        while (block.Offset < _end)
        {
            bool isWhole = Fill(block);
            if (!_isStarted)
            {
                TakeMark(block);
            }

            if (block.Length == 0)
            {
                return false;
            }

            int lines = LinesEnd(block);
            if (lines > 0)
            {
                KeepRest(block, lines);
                return true;
            }

            if (block.Length > _maxLineBytes + 1L)
            {
                TakeLongLine(block);
                return true;
            }

            if (isWhole)
            {
                block.Append("\n"u8);
                KeepRest(block, block.Length);
                return true;
            }

            block.Reserve((int)Math.Min(block.Capacity * 2L, _maxLineBytes + 2L));
        }

        return false;
    }

    /// <summary>Reads until the block is full, or the input at its end.</summary>
    private bool Fill(LineBlock block)
    {
        while (!_isAtEnd && !block.Free.IsEmpty)
        {
            int read = _read(block.Free);
            block.Length += read;
            _isAtEnd = read == 0;
        }

        return _isAtEnd;
    }

    /// <summary>Behind the last line that is whole and the stretch's; 0 when there is none.</summary>
    private int LinesEnd(LineBlock block)
    {
        long last = Math.Max(_end - 1 - block.Offset, 0);
        if (last < block.Length && block.Bytes[(int)last..].IndexOf((byte)'\n') is var end and >= 0)
        {
            return (int)last + end + 1;
        }

        return block.Bytes.LastIndexOf((byte)'\n') + 1;
    }

    private void KeepRest(LineBlock block, int lines)
    {
        _rest.Append(block.Bytes[lines..]);
        _rest.Offset = block.Offset + lines;
        block.Length = lines;
    }

    /// <summary>Leaves out the line that the stretch before began.</summary>
    private bool TrySkipFirst(LineBlock block)
    {
        while (true)
        {
            bool isWhole = Fill(block);
            int end = block.Bytes.IndexOf((byte)'\n');
            if (end >= 0)
            {
                _skipsFirst = false;
                KeepRest(block, end + 1);
                (block.Offset, block.Length) = (_rest.Offset, 0);
                block.Append(_rest.Bytes);
                _rest.Length = 0;
                return true;
            }

            if (isWhole || block.Offset + block.Length >= _end)
            {
                // No line starts in the stretch: it lies within one, which is not read through once for each of its stretches.
                return false;
            }

            block.Offset += block.Length;
            block.Length = 0;
        }
    }

    /// <summary>Looks at the mark that a text may begin with.</summary>
    private void TakeMark(LineBlock block)
    {
        _isStarted = true;
        ReadOnlySpan<byte> start = block.Bytes[..Math.Min(block.Length, MarkBytes)];
        string? encoding = start switch
        {
            [0xFF, 0xFE, 0, 0] or [0, 0, 0xFE, 0xFF] => "UTF-32",
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "UTF-16",
            _ => null,
        };
        if (encoding is not null)
        {
            throw new SessionizeException($"'{_name}' is encoded in {encoding}, by the mark that it begins with: convert it to UTF-8, for example with iconv.");
        }

        if (start is [0xEF, 0xBB, 0xBF, ..])
        {
            block.Bytes[3..].CopyTo(block.Bytes);
            block.Length -= 3;
            block.Offset += 3;
        }
    }

    /// <summary>Goes through a line that is too long; its first bytes stay in the block.</summary>
    private void TakeLongLine(LineBlock block)
    {
        long length = block.Length;
        byte last = block.Bytes[^1];
        bool isBlank = IsBlank(block.Bytes);
        byte[] piece = new byte[LineBlock.DefaultBytes];
        int end = -1;
        while (end < 0 && !_isAtEnd)
        {
            int read = _read(piece);
            _isAtEnd = read == 0;
            end = piece.AsSpan(0, read).IndexOf((byte)'\n');
            ReadOnlySpan<byte> more = piece.AsSpan(0, end < 0 ? read : end);
            if (!more.IsEmpty)
            {
                last = more[^1];
                isBlank = isBlank && IsBlank(more);
            }

            length += more.Length;
            if (end >= 0)
            {
                _rest.Append(piece.AsSpan(end + 1, read - end - 1));
            }
        }

        _rest.Offset = block.Offset + length + 1;
        length -= last == '\r' ? 1 : 0;
        block.LongLineBytes = length;
        block.Length = isBlank ? 0 : (int)Math.Min(Math.Min(block.Length, length), DeadLetter.MaxRawBytes);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;
}
