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
        // In a variable of its own the place stays in a register.
        int next = at;
        while (value >= 0x80)
        {
            to[next++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[next] = (byte)value;
        at = next + 1;
    }

    public static ulong Read(ReadOnlySpan<byte> from, ref int at)
    {
        int next = at;
        ulong value = from[next++];
        if (value >= 0x80)
        {
            value &= 0x7F;
            ulong part = 0x80;
            for (int shift = 7; part >= 0x80; shift += 7)
            {
                part = from[next++];
                value |= (part & 0x7F) << shift;
            }
        }

        at = next;
        return value;
    }

    /// <summary>Passes over a number.</summary>
    public static void Skip(ReadOnlySpan<byte> from, ref int at)
    {
        while (from[at++] >= 0x80)
        {
        }
    }
}
