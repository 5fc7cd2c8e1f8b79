using System.Runtime.InteropServices;
using Sessionize.Engine.Batch;

namespace Sessionize.Iceberg.Writing;

/// <summary>Sorted rows in a temporary file.</summary>
/// <param name="file">The file; nothing more is written to it.</param>
/// <param name="start">Where the rows begin.</param>
/// <param name="end">Where they end.</param>
internal sealed class SpillRun(SpillFile file, long start, long end) : RowRun
{
    private const int HeadBytes = 3 * sizeof(int);
    private const int UsualBytes = 256 * 1024;

    private byte[] _buffer = [];
    private int _position;
    private int _filled;
    private long _next = start;
    private int _keyLength;
    private int _bodyLength;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Key => _buffer.AsSpan(_position - _bodyLength - _keyLength, _keyLength);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Body => _buffer.AsSpan(_position - _bodyLength, _bodyLength);

    /// <summary>Writes a row behind those before it.</summary>
    public static void Write(SpillFile file, RowRun row)
    {
        ReadOnlySpan<byte> key = row.Key;
        ReadOnlySpan<byte> body = row.Body;
        file.Write(MemoryMarshal.AsBytes<int>([row.Partition, key.Length, body.Length]));
        file.Write(key);
        file.Write(body);
    }

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_position == _filled && _next == end)
        {
            return false;
        }

        Need(HeadBytes);
        ReadOnlySpan<int> head = MemoryMarshal.Cast<byte, int>(_buffer.AsSpan(_position, HeadBytes));
        (Partition, _keyLength, _bodyLength) = (head[0], head[1], head[2]);
        _position += HeadBytes;
        Need(_keyLength + _bodyLength);
        _position += _keyLength + _bodyLength;
        Head = KeyBytes.Head(Key);
        return true;
    }

    /// <summary>Reads on, so that so many bytes are there.</summary>
    private void Need(int count)
    {
        int there = _filled - _position;
        if (there >= count)
        {
            return;
        }

        Span<byte> rest = _buffer.AsSpan(_position, there);
        if (_buffer.Length < count)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(UsualBytes, count));
            rest.CopyTo(larger);
            _buffer = larger;
        }
        else
        {
            rest.CopyTo(_buffer);
        }

        int more = (int)Math.Min(_buffer.Length - there, end - _next);
        file.Read(_next, _buffer.AsSpan(there, more));
        _next += more;
        _position = 0;
        _filled = there + more;
    }
}
