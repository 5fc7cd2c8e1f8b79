using System.Buffers.Binary;

namespace Sessionize.Parquet.Format;

/// <summary>Bytes one behind the other, in memory that is used again after <see cref="Clear"/>. Not thread-safe.</summary>
internal sealed class ByteBuffer
{
    private byte[] _bytes = [];

    /// <summary>The number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <inheritdoc cref="Written"/>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>The bytes written from a position on, to be changed in place; valid until the next write.</summary>
    public Span<byte> WrittenFrom(int start) => _bytes.AsSpan(start, Length - start);

    public void Clear() => Length = 0;

    /// <summary>Room for bytes behind the written ones; <see cref="Advance"/> takes them.</summary>
    public Span<byte> GetSpan(int size)
    {
        if (_bytes.Length - Length < size)
        {
            Grow(size);
        }

        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void WriteByte(byte value)
    {
        GetSpan(1)[0] = value;
        Length++;
    }

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(GetSpan(sizeof(int)), value);
        Length += sizeof(int);
    }

    /// <summary>Writes a number in as few groups of seven bits as it takes, the lowest first.</summary>
    public void WriteVarint(ulong value)
    {
        if (value < 0x80 && Length < _bytes.Length)
        {
            _bytes[Length++] = (byte)value;
            return;
        }

        WriteLongVarint(value);
    }

    private void WriteLongVarint(ulong value)
    {
        Span<byte> span = GetSpan(10);
        int count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[count++] = (byte)(value | 0x80);
        }

        span[count++] = (byte)value;
        Length += count;
    }

    /// <summary>Replaces a number that was written at a place.</summary>
    public void SetInt32(int position, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(position), value);

    private void Grow(int size)
    {
        // Doubling, but a single large page does not double.
        long wanted = Math.Max((long)Length + size, Math.Min(2L * _bytes.Length, _bytes.Length + (4L << 20)));
        Array.Resize(ref _bytes, (int)Math.Min(Math.Max(wanted, 256), Array.MaxLength));
    }
}
