using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Sessionize.Parquet.Events;

/// <summary>A Parquet file as the library reads it: strict where the library would go on for ever, or with wrong bytes.</summary>
/// <remarks>
/// <para>The library takes the end of a stream for bytes of value 255, which its numbers never end with. So reading past the end throws here, and
/// footer and page headers are walked over before the library reads them (<see cref="ThriftWalk"/>).</para>
/// <para>While a column is read, the library sees one page at a time, whole, its checksum compared where there is one, and each page behind
/// the one before. Not thread-safe.</para>
/// </remarks>
internal sealed class EventFileStream : Stream
{
    /// <summary>What a file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Mark => "PAR1"u8;

    /// <summary>What a file begins or ends with whose footer is encrypted.</summary>
    public static ReadOnlySpan<byte> EncryptedMark => "PARE"u8;

    private const int EndBytes = 8;
    private const int BytesAtOnce = 64 * 1024;
    private const int MostHeaderBytes = 64 * 1024 * 1024;

    private readonly Stream _file;
    private readonly string _path;
    private readonly long _dataEnd;
    private byte[] _window = [];
    private long _windowStart;
    private int _windowLength;
    private long _position;
    private bool _isInColumn;
    private long _lastPage;

    /// <summary>Opens a file.</summary>
    /// <exception cref="SessionizeException">It cannot be opened, or is no Parquet file.</exception>
    public EventFileStream(string path)
        : this(path, new FileStream(EventFileHandle.Open(path), FileAccess.Read, bufferSize: 0))
    {
    }

    /// <summary>Takes a file that was opened elsewhere.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="file">Its bytes, seekable; closed with this stream, and by this call if it fails.</param>
    /// <exception cref="SessionizeException">It is no Parquet file.</exception>
    public EventFileStream(string name, Stream file)
    {
        (_path, _file) = (name, file);
        try
        {
            FileLength = _file.Length;
            _dataEnd = FileLength - EndBytes;
            CheckMarks();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of the file itself.</summary>
    public long FileLength { get; }

    public override long Length => FileLength;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>From now on a seek goes to a page.</summary>
    public void BeginColumn() => (_isInColumn, _lastPage, _windowLength) = (true, -1, 0);

    /// <summary>Ends what <see cref="BeginColumn"/> began.</summary>
    public void EndColumn() => _isInColumn = false;

    public override long Seek(long offset, SeekOrigin origin)
    {
        _position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => Length + offset,
        };
        if (_position < 0 || _position > Length)
        {
            throw new InvalidDataException($"its footer points to byte {_position}");
        }

        if (_isInColumn && origin == SeekOrigin.Begin)
        {
            LoadPage();
        }

        return _position;
    }

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        ReadExactly(one);
        return one[0];
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        long at = _position - _windowStart;
        if (at < 0 || at >= _windowLength)
        {
            if (_isInColumn)
            {
                throw new InvalidDataException("a page is shorter than what it says that it holds");
            }

            if (_position >= FileLength)
            {
                throw new EndOfStreamException("it ends where more should follow");
            }

            Load(_position, (int)Math.Min(BytesAtOnce, FileLength - _position));
            at = 0;
        }

        int read = (int)Math.Min(buffer.Length, _windowLength - at);
        _window.AsSpan((int)at, read).CopyTo(buffer);
        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _file.CanRead)
        {
            _file.Dispose();
            ArrayPool<byte>.Shared.Return(_window);
            _window = [];
            _windowLength = 0;
        }

        base.Dispose(disposing);
    }

    private void CheckMarks()
    {
        Span<byte> start = stackalloc byte[4];
        if (FileLength < start.Length + EndBytes)
        {
            throw new SessionizeException($"'{_path}' is no Parquet file, or was cut off: it has {FileLength} bytes. Fetch or write the file again; nothing of it was used.");
        }

        ReadFile(start, 0);
        Span<byte> end = stackalloc byte[EndBytes];
        ReadFile(end, _dataEnd);
        if (start.SequenceEqual(EncryptedMark) || end[4..].SequenceEqual(EncryptedMark))
        {
            throw new SessionizeException($"'{_path}' is an encrypted Parquet file, which cannot be read: write it without encryption.");
        }

        if (!start.SequenceEqual(Mark))
        {
            throw new SessionizeException($"'{_path}' is no Parquet file: it does not begin with 'PAR1'. Name Parquet files only, or read it in its own format.");
        }

        if (!end[4..].SequenceEqual(Mark))
        {
            throw new SessionizeException($"'{_path}' ends too early: it begins as a Parquet file and has no footer at its end. Fetch or write the file again; nothing of it was used.");
        }

        long footer = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (footer > Math.Min(_dataEnd - start.Length, Array.MaxLength))
        {
            throw new SessionizeException($"'{_path}' is damaged: its footer of {footer} bytes does not fit into it. Fetch or write the file again; nothing of it was used.");
        }

        CheckFooter((int)footer);
    }

    private void CheckFooter(int length)
    {
        byte[] footer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            ReadFile(footer.AsSpan(0, length), _dataEnd - length);
            ThriftWalk.CheckWhole(footer.AsSpan(0, length), ParquetShapes.FileMetaData);
        }
        catch (InvalidDataException failure)
        {
            throw new SessionizeException(
                $"'{_path}' is damaged, or a Parquet file of a kind that is not read: its footer does not hold together ({failure.Message}). Fetch or write the file again; nothing of it was used.", failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(footer);
        }
    }

    /// <summary>Takes the page at the position into the window and compares its checksum.</summary>
    private void LoadPage()
    {
        long start = _position;
        if (start <= _lastPage || start >= _dataEnd)
        {
            throw new InvalidDataException($"a page should be at byte {start}");
        }

        _lastPage = start;
        PageFrame frame;
        int loaded = BytesAtOnce;
        while (true)
        {
            loaded = (int)Math.Min(loaded, _dataEnd - start);
            Load(start, loaded);
            if (PageFrame.TryRead(_window.AsSpan(0, loaded), out frame))
            {
                break;
            }

            if (loaded == _dataEnd - start || loaded >= MostHeaderBytes)
            {
                throw new InvalidDataException($"the page at byte {start} has no end of its header");
            }

            loaded *= 2;
        }

        long length = (long)frame.HeaderBytes + frame.DataBytes;
        if (length > _dataEnd - start || length > Array.MaxLength)
        {
            throw new InvalidDataException($"the page at byte {start} is longer than the file");
        }

        if (length > loaded)
        {
            Load(start, (int)length, kept: loaded);
        }

        _windowLength = (int)length;
        if (frame.Checksum is { } checksum && Crc32.HashToUInt32(_window.AsSpan(frame.HeaderBytes, frame.DataBytes)) != checksum)
        {
            throw new InvalidDataException($"the page at byte {start} has a wrong checksum");
        }
    }

    private void Load(long start, int length, int kept = 0)
    {
        if (_window.Length < length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(length);
            _window.AsSpan(0, kept).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_window);
            _window = larger;
        }

        ReadFile(_window.AsSpan(kept, length - kept), start + kept);
        (_windowStart, _windowLength) = (start, length);
    }

    private void ReadFile(Span<byte> destination, long at)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                _file.Position = at;
                int read = _file.Read(destination);
                if (read == 0)
                {
                    throw new SessionizeException($"'{_path}' became shorter while it was read: put the whole file back.");
                }

                destination = destination[read..];
                at += read;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SessionizeException($"Cannot read '{_path}' at byte {at}: {failure.Message}", failure);
        }
    }
}
