using System.Buffers;
using System.IO.Pipelines;

namespace Sessionize.Sources.Files;

/// <summary>Cuts a text into lines (semantics section 8) and adds them to batches. A line that is too long is counted, not kept.</summary>
internal sealed class LineReader(PipeReader pipe, string name)
{
    private const int RecordsAtOnce = 1024;
    private const int BytesAtOnce = 1024 * 1024;
    private const int MarkBytes = 4;

    private readonly ArrayBufferWriter<byte> _scratch = new();
    private bool _isStarted;
    private bool _isCompleted;
    private long _line = 1;
    private long _offset;

    // Of a line that is too long, while it lasts: its first bytes are in the scratch, where it starts, its length and whether it is blank so far.
    private bool _isInLongLine;
    private long _longOffset;
    private long _longLength;
    private bool _longIsBlank;
    private byte _longLast;

    /// <summary>The line that comes next, from 1.</summary>
    public long Line => _line;

    /// <summary>Adds lines until the batch is full, or has some and no more are there yet; waits for the first one.</summary>
    /// <returns>Whether there were any; else the input is at its end.</returns>
    /// <exception cref="SessionizeException">The input fails, or is in an encoding that is not UTF-8.</exception>
    public async ValueTask<bool> ReadAsync(EventBatch batch, IEventParser parser, int maxLineBytes, CancellationToken cancellationToken)
    {
        while (!_isCompleted)
        {
            if (!pipe.TryRead(out ReadResult read))
            {
                if (batch.Count > 0)
                {
                    return true;
                }

                read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            }

            ReadOnlySequence<byte> rest = read.Buffer;
            if (!_isStarted && !TryStart(ref rest, read.IsCompleted))
            {
                pipe.AdvanceTo(rest.Start, rest.End);
                continue;
            }

            while (batch.Count < RecordsAtOnce && batch.Bytes < BytesAtOnce && TryTakeLine(ref rest, batch, parser, maxLineBytes))
            {
            }

            if (batch.Count >= RecordsAtOnce || batch.Bytes >= BytesAtOnce)
            {
                // Lines may be left, so nothing counts as examined.
                pipe.AdvanceTo(rest.Start);
                return true;
            }

            KeepLongLine(ref rest, maxLineBytes);
            if (read.IsCompleted)
            {
                _isCompleted = true;
                TakeLastLine(rest, batch, parser, maxLineBytes);
                rest = rest.Slice(rest.End);
            }

            pipe.AdvanceTo(rest.Start, rest.End);
        }

        return batch.Count > 0;
    }

    /// <summary>Goes to a line, counted from 1.</summary>
    public async ValueTask SkipToAsync(long line, CancellationToken cancellationToken)
    {
        bool hasTail = false;
        while (_line < line)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> rest = read.Buffer;
            if (_isStarted || TryStart(ref rest, read.IsCompleted))
            {
                while (_line < line && rest.PositionOf((byte)'\n') is { } end)
                {
                    Advance(ref rest, rest.GetPosition(1, end));
                    _line++;
                    hasTail = false;
                }

                if (_line < line)
                {
                    hasTail |= !rest.IsEmpty;
                    Advance(ref rest, rest.End);
                }
            }

            if (read.IsCompleted && hasTail)
            {
                _line++;
            }

            pipe.AdvanceTo(rest.Start, _line < line ? rest.End : rest.Start);
            if (read.IsCompleted && _line < line)
            {
                throw new SessionizeException($"'{name}' ends before line {line}, at which reading should go on: it is shorter than it was. Put the whole file back.");
            }
        }
    }

    /// <summary>Looks at the mark that a text may begin with.</summary>
    private bool TryStart(ref ReadOnlySequence<byte> rest, bool isCompleted)
    {
        if (rest.Length < MarkBytes && !isCompleted)
        {
            return false;
        }

        Span<byte> start = stackalloc byte[MarkBytes];
        ReadOnlySequence<byte> first = rest.Slice(0, Math.Min(rest.Length, MarkBytes));
        first.CopyTo(start);
        start = start[..(int)first.Length];
        string? encoding = start switch
        {
            [0xFF, 0xFE, 0, 0] or [0, 0, 0xFE, 0xFF] => "UTF-32",
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "UTF-16",
            _ => null,
        };
        if (encoding is not null)
        {
            throw new SessionizeException($"'{name}' is encoded in {encoding}, by the mark that it begins with: convert it to UTF-8, for example with iconv.");
        }

        if (start is [0xEF, 0xBB, 0xBF, ..])
        {
            Advance(ref rest, rest.GetPosition(3));
        }

        _isStarted = true;
        return true;
    }

    private bool TryTakeLine(ref ReadOnlySequence<byte> rest, EventBatch batch, IEventParser parser, int maxLineBytes)
    {
        if (rest.PositionOf((byte)'\n') is not { } end)
        {
            return false;
        }

        ReadOnlySequence<byte> line = rest.Slice(0, end);
        if (_isInLongLine)
        {
            GrowLongLine(line);
            EndLongLine(batch);
        }
        else
        {
            Add(line, batch, parser, maxLineBytes);
        }

        Advance(ref rest, rest.GetPosition(1, end));
        _line++;
        return true;
    }

    private void TakeLastLine(ReadOnlySequence<byte> rest, EventBatch batch, IEventParser parser, int maxLineBytes)
    {
        if (_isInLongLine)
        {
            EndLongLine(batch);
        }
        else if (!rest.IsEmpty)
        {
            Add(rest, batch, parser, maxLineBytes);
        }
        else
        {
            return;
        }

        // A line without an end is a line all the same: whoever goes on does so behind it.
        _line++;
    }

    private void Add(ReadOnlySequence<byte> sequence, EventBatch batch, IEventParser parser, int maxLineBytes)
    {
        ReadOnlySpan<byte> line = sequence.FirstSpan;
        if (!sequence.IsSingleSegment)
        {
            _scratch.ResetWrittenCount();
            sequence.CopyTo(_scratch.GetSpan((int)sequence.Length));
            _scratch.Advance((int)sequence.Length);
            line = _scratch.WrittenSpan;
        }

        if (line is [.., (byte)'\r'])
        {
            line = line[..^1];
        }

        if (IsBlank(line))
        {
            return;
        }

        RecordOrigin origin = new(_line, _offset);
        if (line.Length > maxLineBytes)
        {
            batch.AddBad(origin, BadEventReason.LineTooLong, line, line.Length);
        }
        else
        {
            batch.AddRecord(origin, line, parser);
        }
    }

    /// <summary>Takes what is there of a line that is already too long, so that the pipe need not hold it.</summary>
    private void KeepLongLine(ref ReadOnlySequence<byte> rest, int maxLineBytes)
    {
        // One byte more may be the carriage return of the line end.
        if (!_isInLongLine && rest.Length <= maxLineBytes + 1L)
        {
            return;
        }

        if (!_isInLongLine)
        {
            _scratch.ResetWrittenCount();
            (_isInLongLine, _longOffset, _longLength, _longIsBlank) = (true, _offset, 0, true);
        }

        GrowLongLine(rest);
        Advance(ref rest, rest.End);
    }

    private void GrowLongLine(ReadOnlySequence<byte> more)
    {
        foreach (ReadOnlyMemory<byte> part in more)
        {
            if (!part.IsEmpty)
            {
                _scratch.Write(part.Span[..Math.Min(part.Length, DeadLetter.MaxRawBytes - _scratch.WrittenCount)]);
                _longIsBlank = _longIsBlank && IsBlank(part.Span);
                _longLast = part.Span[^1];
            }
        }

        _longLength += more.Length;
    }

    private void EndLongLine(EventBatch batch)
    {
        long length = _longLength - (_longLast == '\r' ? 1 : 0);
        if (!_longIsBlank)
        {
            batch.AddBad(new RecordOrigin(_line, _longOffset), BadEventReason.LineTooLong, _scratch.WrittenSpan[..(int)Math.Min(length, _scratch.WrittenCount)], length);
        }

        _isInLongLine = false;
    }

    private void Advance(ref ReadOnlySequence<byte> rest, SequencePosition position)
    {
        _offset += rest.Slice(0, position).Length;
        rest = rest.Slice(position);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;
}
