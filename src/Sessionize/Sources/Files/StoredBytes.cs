using System.Buffers;

namespace Sessionize.Sources.Files;

/// <summary>The bytes of an input as they are stored, read ahead by a decoder.</summary>
internal sealed class StoredBytes(Stream stream, string name, Action<long> onRead) : IDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;
    private long _offset;

    /// <summary>What the input is called in messages.</summary>
    public string Name => name;

    /// <summary>Where the unread bytes stand in the input.</summary>
    public long Offset => _offset;

    /// <summary>The buffer that <see cref="Unread"/> lies in, for decoders that take arrays.</summary>
    public ArraySegment<byte> Unread => new(_buffer, _start, _end - _start);

    /// <summary>Reads on until there are so many unread bytes.</summary>
    /// <returns>Whether there are; else the input ends with what is unread.</returns>
    /// <exception cref="SessionizeException">The input cannot be read.</exception>
    public bool TryFill(int count)
    {
        while (_end - _start < count)
        {
            if (_start == _end || _buffer.Length - _start < Math.Max(count, _buffer.Length / 2))
            {
                _buffer.AsSpan(_start.._end).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            int read = Read(_buffer.AsSpan(_end), _offset + _end - _start);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    /// <summary>Takes what is unread or, without a way through the buffer, what comes next.</summary>
    /// <returns>How many bytes; 0 at the end of the input.</returns>
    /// <exception cref="SessionizeException">The input cannot be read.</exception>
    public int Take(Span<byte> destination)
    {
        int taken = Math.Min(_end - _start, destination.Length);
        if (taken > 0)
        {
            Unread.AsSpan(0, taken).CopyTo(destination);
            Skip(taken);
            return taken;
        }

        taken = Read(destination, _offset);
        _offset += taken;
        return taken;
    }

    /// <summary>Goes past unread bytes.</summary>
    public void Skip(int count)
    {
        _start += count;
        _offset += count;
    }

    /// <summary>Takes the next byte of something that has to go on.</summary>
    public byte Take(string format)
    {
        if (!TryFill(1))
        {
            throw EndsTooEarly(format);
        }

        byte taken = _buffer[_start];
        Skip(1);
        return taken;
    }

    /// <summary>Whether nothing follows but zero bytes, which pad an archive; they are skipped.</summary>
    public bool TrySkipPadding(string format)
    {
        if (!TryFill(1))
        {
            return true;
        }

        if (_buffer[_start] != 0)
        {
            return false;
        }

        while (TryFill(1))
        {
            int zeros = Unread.AsSpan().IndexOfAnyExcept((byte)0);
            if (zeros >= 0)
            {
                Skip(zeros);
                throw IsForeign(format);
            }

            Skip(_end - _start);
        }

        return true;
    }

    public SessionizeException EndsTooEarly(string format) => new(
        $"'{name}' ends too early: at byte {_offset + _end - _start} its {format} data is not complete. Fetch or write the file again; nothing of it was used.");

    public SessionizeException IsDamaged(string format, string what, Exception? cause = null) => new(
        $"'{name}' is damaged: {what} in its {format} data before byte {_offset}. Fetch or write the file again; nothing of it was used.", cause);

    public SessionizeException IsForeign(string format) => new(
        $"'{name}' has foreign bytes at byte {_offset}, behind its {format} data: only {format} data or zero bytes may follow there. Remove them, or fetch the file again; nothing of it was used.");

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private int Read(Span<byte> destination, long at)
    {
        try
        {
            int read = stream.Read(destination);
            onRead(read);
            return read;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot read '{name}' at byte {at}: {failure.Message}", failure);
        }
    }
}
