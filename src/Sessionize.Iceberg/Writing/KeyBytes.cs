using System.Buffers.Binary;
using Sessionize.Parquet.Format;

namespace Sessionize.Iceberg.Writing;

/// <summary>Writes values as bytes whose order is that of the values, so that rows are compared byte by byte whatever they are compared by.</summary>
internal static class KeyBytes
{
    private const byte EscapedZero = 0xFF;

    /// <summary>Says whether a value that may be null is there.</summary>
    public static void WritePresence(ByteBuffer target, bool isNull, bool nullsFirst) => target.WriteByte(isNull == nullsFirst ? (byte)0 : (byte)1);

    /// <summary>Writes a whole number.</summary>
    public static void Write(ByteBuffer target, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(target.GetSpan(sizeof(long)), value ^ long.MinValue);
        target.Advance(sizeof(long));
    }

    /// <summary>Writes a floating-point number that is a number; −0 is below +0.</summary>
    public static void Write(ByteBuffer target, double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        Write(target, bits < 0 ? long.MinValue ^ ~bits : bits);
    }

    /// <summary>Writes a text; the end is marked, so that a text is below those that begin with it.</summary>
    public static void Write(ByteBuffer target, ReadOnlySpan<byte> text)
    {
        for (int zero = text.IndexOf((byte)0); zero >= 0; zero = text.IndexOf((byte)0))
        {
            target.Write(text[..(zero + 1)]);
            target.WriteByte(EscapedZero);
            text = text[(zero + 1)..];
        }

        target.Write(text);
        target.Write([0, 0]);
    }

    /// <summary>Turns the order of what was written since a position around.</summary>
    public static void Reverse(ByteBuffer target, int start)
    {
        Span<byte> bytes = target.WrittenFrom(start);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)~bytes[i];
        }
    }

    /// <summary>The first bytes of a key as a number of the same order.</summary>
    public static ulong Head(ReadOnlySpan<byte> key)
    {
        if (key.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        }

        ulong head = 0;
        for (int i = 0; i < key.Length; i++)
        {
            head |= (ulong)key[i] << (56 - (8 * i));
        }

        return head;
    }
}
