using System.Numerics;

namespace Sessionize.Engine;

/// <summary>Declared fields of one event packed into one text: for each slot a length plus one (0: absent), LEB128, then the bytes.</summary>
internal static class FieldTuple
{
    public static ReadOnlySpan<byte> Slot(ReadOnlySpan<byte> tuple, int slot, out bool isPresent)
    {
        isPresent = false;
        while (!tuple.IsEmpty)
        {
            int length = ReadLength(ref tuple) - 1;
            if (slot-- == 0)
            {
                isPresent = length >= 0;
                return isPresent ? tuple[..length] : default;
            }

            tuple = tuple[Math.Max(length, 0)..];
        }

        return default;
    }

    /// <summary>How many bytes a slot takes; a text of length 0 is an absent one.</summary>
    public static int SlotBytes(int textLength) => textLength == 0 ? 1 : ((BitOperations.Log2((uint)textLength + 1) / 7) + 1) + textLength;

    /// <summary>Appends one slot.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Append(Span<byte> tuple, ReadOnlySpan<byte> text, bool isPresent)
    {
        uint value = isPresent ? (uint)text.Length + 1 : 0;
        int used = 0;
        while (value >= 0x80)
        {
            tuple[used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        tuple[used++] = (byte)value;
        text.CopyTo(tuple[used..]);
        return used + text.Length;
    }

    private static int ReadLength(ref ReadOnlySpan<byte> tuple)
    {
        int value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = tuple[0];
            tuple = tuple[1..];
            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
