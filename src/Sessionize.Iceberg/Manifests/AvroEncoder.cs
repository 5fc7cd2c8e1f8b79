using System.Buffers.Binary;
using System.Text;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Encodes values of Avro (Avro specification, "Binary Encoding") into a buffer that grows.</summary>
internal sealed class AvroEncoder
{
    private const int MaxVarintLength = 10;
    private byte[] _buffer = new byte[4096];

    /// <summary>The bytes so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was encoded.</summary>
    public ReadOnlySpan<byte> Encoded => _buffer.AsSpan(0, Length);

    /// <summary>Starts anew in the same buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>An int or a long: zig-zag, seven bits a byte.</summary>
    public void Long(long value)
    {
        Reserve(MaxVarintLength);
        ulong rest = ((ulong)value << 1) ^ (ulong)(value >> 63);
        int at = Length;
        while (rest > 0x7F)
        {
            _buffer[at++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _buffer[at++] = (byte)rest;
        Length = at;
    }

    /// <summary>True or false.</summary>
    public void Boolean(bool value) => Raw([value ? (byte)1 : (byte)0]);

    /// <summary>A 32-bit floating-point number.</summary>
    public void Float(float value)
    {
        Reserve(sizeof(float));
        BinaryPrimitives.WriteSingleLittleEndian(_buffer.AsSpan(Length), value);
        Length += sizeof(float);
    }

    /// <summary>A 64-bit floating-point number.</summary>
    public void Double(double value)
    {
        Reserve(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.AsSpan(Length), value);
        Length += sizeof(double);
    }

    /// <summary>Bytes, with their length.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Long(value.Length);
        Raw(value);
    }

    /// <summary>A text.</summary>
    public void Text(string value)
    {
        Long(Encoding.UTF8.GetByteCount(value));
        Reserve(Encoding.UTF8.GetMaxByteCount(value.Length));
        Length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(Length));
    }

    /// <summary>Bytes whose length the schema tells.</summary>
    public void Raw(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_buffer.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>The branch of a union of null and something: null.</summary>
    public void Null() => Long(0);

    /// <summary>The branch of a union of null and something: something, which follows.</summary>
    public void Some() => Long(1);

    /// <summary>A number that may be null.</summary>
    public void OptionalLong(long? value)
    {
        if (value is { } number)
        {
            Some();
            Long(number);
        }
        else
        {
            Null();
        }
    }

    /// <summary>Bytes that may be null.</summary>
    public void OptionalBytes(byte[]? value)
    {
        if (value is null)
        {
            Null();
        }
        else
        {
            Some();
            Bytes(value);
        }
    }

    private void Reserve(int more)
    {
        if (Length + more > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(checked(Length + more), (int)Math.Min(Array.MaxLength, _buffer.Length * 2L)));
        }
    }
}
