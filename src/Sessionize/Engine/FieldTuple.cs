using System.Numerics;

namespace Sessionize.Engine;

/// <summary>Declared fields of one event packed into one text: for each slot a length plus one (0: absent), LEB128, then the bytes.</summary>
internal static class FieldTuple
{
    public static ReadOnlySpan<byte> Slot(ReadOnlySpan<byte> tuple, int slot, out bool isPresent)
    {
        isPresent = false;
        for (int at = 0; at < tuple.Length;)
        {
            int length = (int)Leb128.Read(tuple, ref at) - 1;
            if (slot-- == 0)
            {
                isPresent = length >= 0;
                return isPresent ? tuple.Slice(at, length) : default;
            }

            at += Math.Max(length, 0);
        }

        return default;
    }

    /// <summary>How many bytes a slot takes; a text of length 0 is an absent one.</summary>
    public static int SlotBytes(int textLength) => textLength == 0 ? 1 : ((BitOperations.Log2((uint)textLength + 1) / 7) + 1) + textLength;

    /// <summary>Appends one slot.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int Append(Span<byte> tuple, ReadOnlySpan<byte> text, bool isPresent)
    {
        int used = 0;
        Leb128.Write(tuple, ref used, isPresent ? (uint)text.Length + 1 : 0);
        text.CopyTo(tuple[used..]);
        return used + text.Length;
    }
}
