namespace Sessionize.Engine;

/// <summary>Numbers in as few bytes as they need: 7 bits a byte, lowest first, the high bit set on all but the last; signed ones zigzag.</summary>
internal static class Leb128
{
    /// <summary>How many bytes a number takes at most.</summary>
    public const int MostBytes = 10;

    public static void WriteSigned(Span<byte> to, ref int at, long value) => Write(to, ref at, (ulong)((value << 1) ^ (value >> 63)));

    public static long ReadSigned(ReadOnlySpan<byte> from, ref int at)
    {
        ulong value = Read(from, ref at);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public static void Write(Span<byte> to, ref int at, ulong value)
    {
        while (value >= 0x80)
        {
            to[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[at++] = (byte)value;
    }

    public static ulong Read(ReadOnlySpan<byte> from, ref int at)
    {
        ulong value = from[at++];
        if (value < 0x80)
        {
            return value;
        }

        value &= 0x7F;
        for (int shift = 7; ; shift += 7)
        {
            ulong part = from[at++];
            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    /// <summary>Passes over a number.</summary>
    public static void Skip(ReadOnlySpan<byte> from, ref int at)
    {
        while (from[at++] >= 0x80)
        {
        }
    }
}
