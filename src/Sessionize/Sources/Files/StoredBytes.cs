using System.Buffers;

namespace Sessionize.Sources.Files;

/// <summary>The bytes of an input as they are stored, read ahead by a decoder.</summary>
internal sealed class StoredBytes(Stream stream, string name, Action<long> onRead) : IDisposable
{
    /// <summary>How many bytes before the unread ones stay, so that a decoder can give back what it took too much.</summary>
    public const int MostReturned = 16;

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
            if (_buffer.Length - _start < Math.Max(count, _buffer.Length / 2))
            {
                int kept = Math.Min(_start, MostReturned);
                _buffer.AsSpan((_start - kept)..(_end)).CopyTo(_buffer);
                (_start, _end) = (kept, _end - _start + kept);
            }

            int read;
            try
            {
                read = stream.Read(_buffer.AsSpan(_end));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new SessionizeException($"Cannot read '{name}' at byte {_offset + _end - _start}: {failure.Message}", failure);
            }

            if (read == 0)
            {
                return false;
            }

            _end += read;
            onRead(read);
        }

        return true;
    }

    /// <summary>Goes past unread bytes.</summary>
    public void Skip(int count)
    {
        _start += count;
        _offset += count;
    }

    /// <summary>Makes the last bytes that were skipped unread again; at most those skipped since the last fill, and <see cref="MostReturned"/>.</summary>
    public void Return(int count) => Skip(-count);

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
}
