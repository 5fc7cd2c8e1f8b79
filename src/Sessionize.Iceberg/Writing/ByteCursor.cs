namespace Sessionize.Iceberg.Writing;

/// <summary>Reads what <see cref="Parquet.Format.ByteBuffer"/> wrote, from front to back.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public ulong ReadVarint()
    {
        // Most numbers of a row are small.
        byte first = _rest[0];
        if (first < 0x80)
        {
            _rest = _rest[1..];
            return first;
        }

        return ReadLongVarint();
    }

    private ulong ReadLongVarint()
    {
        ulong value = 0;
        for (int shift = 0, i = 0; ; shift += 7, i++)
        {
            byte next = _rest[i];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }
    }

    public long ReadNumber()
    {
        ulong value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ReadOnlySpan<byte> Read(int length)
    {
        ReadOnlySpan<byte> read = _rest[..length];
        _rest = _rest[length..];
        return read;
    }
}
