using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Sessionize.Parquet.Format;

/// <summary>Small numbers as runs of one value and as packed bits, mixed: Parquet's coding of levels and of dictionary entries.</summary>
internal static class HybridRuns
{
    /// <summary>Packed bits come in groups of eight values.</summary>
    private const int GroupSize = 8;

    /// <summary>A run costs its head, its value, and the head of the packed bits behind it; as packed bits it has to cost more.</summary>
    private const int LeastBitsOfRun = 32;

    /// <summary>The number of bits that a value takes; at least one, since some readers stumble on none.</summary>
    public static int WidthOf(int greatest) => Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)greatest));

    /// <summary>Writes numbers, none of which is wider than the width.</summary>
    /// <remarks>Looks at whole groups: a run that begins inside of one is found from the next group on, which costs a few bits and saves a test a value.</remarks>
    public static void Write(ByteBuffer target, ReadOnlySpan<int> values, int width)
    {
        int packedFrom = 0;
        int i = 0;
        while (values.Length - i >= GroupSize)
        {
            if (!IsOneValue(values.Slice(i, GroupSize)))
            {
                i += GroupSize;
                continue;
            }

            int length = values[i..].IndexOfAnyExcept(values[i]);
            int end = length < 0 ? values.Length : i + length;
            if ((long)(end - i) * width < LeastBitsOfRun)
            {
                i += GroupSize;
                continue;
            }

            Pack(target, values[packedFrom..i], width);
            WriteRun(target, values[i], end - i, width);
            packedFrom = i = end;
        }

        Pack(target, values[packedFrom..], width);
    }

    /// <summary>Writes a number that is repeated.</summary>
    public static void WriteRun(ByteBuffer target, int value, int count, int width)
    {
        target.WriteVarint((ulong)(uint)count << 1);
        for (int bits = 0; bits < width; bits += 8)
        {
            target.WriteByte((byte)(value >> bits));
        }
    }

    private static bool IsOneValue(ReadOnlySpan<int> group)
    {
        ReadOnlySpan<ulong> pairs = MemoryMarshal.Cast<int, ulong>(group);
        return (pairs[0] >> 32) == (uint)pairs[0] && pairs[0] == pairs[1] && pairs[0] == pairs[2] && pairs[0] == pairs[3];
    }

    /// <summary>Packs values lowest bit first; the last group is filled up with zeros, which the reader does not count.</summary>
    private static void Pack(ByteBuffer target, ReadOnlySpan<int> values, int width)
    {
        if (values.IsEmpty)
        {
            return;
        }

        int groups = (values.Length + GroupSize - 1) / GroupSize;
        target.WriteVarint(((ulong)(uint)groups << 1) | 1);
        int length = checked(groups * width);

        // Groups are written as whole words, over whose end the next group begins.
        Span<byte> bytes = target.GetSpan(length + (2 * sizeof(ulong)));
        int at = 0;
        for (; values.Length >= GroupSize; values = values[GroupSize..], at += width)
        {
            PackGroup(bytes[at..], values[..GroupSize], width);
        }

        if (!values.IsEmpty)
        {
            Span<int> last = stackalloc int[GroupSize];
            values.CopyTo(last);
            PackGroup(bytes[at..], last, width);
        }

        target.Advance(length);
    }

    private static void PackGroup(Span<byte> bytes, ReadOnlySpan<int> group, int width)
    {
        if (width > 16)
        {
            PackWideGroup(bytes, group, width);
            return;
        }

        ulong low = (uint)group[0] | ((ulong)(uint)group[1] << width) | ((ulong)(uint)group[2] << (2 * width)) | ((ulong)(uint)group[3] << (3 * width));
        ulong high = (uint)group[4] | ((ulong)(uint)group[5] << width) | ((ulong)(uint)group[6] << (2 * width)) | ((ulong)(uint)group[7] << (3 * width));
        int half = 4 * width;
        if (half < 64)
        {
            // The upper half follows the lower one without a gap.
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, low | (high << half));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(ulong)..], high >> (64 - half));
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, low);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(ulong)..], high);
        }
    }

    private static void PackWideGroup(Span<byte> bytes, ReadOnlySpan<int> group, int width)
    {
        ulong word = 0;
        int bits = 0;
        int at = 0;
        foreach (int value in group)
        {
            word |= (ulong)(uint)value << bits;
            for (bits += width; bits >= 8; bits -= 8, word >>= 8)
            {
                bytes[at++] = (byte)word;
            }
        }
    }
}
