using System.Buffers.Binary;
using System.Numerics;

namespace Sessionize.Parquet.Format;

/// <summary>Small numbers as runs of one value and as packed bits, mixed: Parquet's coding of levels and of dictionary entries.</summary>
internal static class HybridRuns
{
    /// <summary>Packed bits come in groups of eight; a shorter run costs more than it saves.</summary>
    private const int GroupSize = 8;

    /// <summary>The number of bits that a value takes; at least one, since some readers stumble on none.</summary>
    public static int WidthOf(int greatest) => Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)greatest));

    /// <summary>Writes numbers, none of which is wider than the width.</summary>
    public static void Write(ByteBuffer target, ReadOnlySpan<int> values, int width)
    {
        int packedFrom = 0;
        int i = 0;
        while (i < values.Length)
        {
            int end = EndOfRun(values, i);

            // The packed values before the run take as many of it as fill their last group.
            int start = i + ((packedFrom - i) & (GroupSize - 1));
            if (end - start >= GroupSize)
            {
                Pack(target, values[packedFrom..start], width);
                WriteRun(target, values[i], end - start, width);
                packedFrom = end;
            }

            i = end;
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

    private static int EndOfRun(ReadOnlySpan<int> values, int start)
    {
        int value = values[start];
        int end = start + 1;
        int near = Math.Min(start + GroupSize, values.Length);
        while (end < near && values[end] == value)
        {
            end++;
        }

        if (end < near || end == values.Length)
        {
            return end;
        }

        // A long run is found by vectors; short ones are not worth the call.
        int length = values[end..].IndexOfAnyExcept(value);
        return length < 0 ? values.Length : end + length;
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

        // The last write is a whole word.
        Span<byte> bytes = target.GetSpan(length + sizeof(ulong));
        ulong word = 0;
        int bits = 0;
        int at = 0;
        foreach (int value in values)
        {
            word |= (ulong)(uint)value << bits;
            bits += width;
            if (bits >= 32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], (uint)word);
                at += sizeof(uint);
                word >>= 32;
                bits -= 32;
            }
        }

        // Of the last, partly filled group.
        bytes[at..length].Clear();
        for (; bits > 0; bits -= 8, word >>= 8)
        {
            bytes[at++] = (byte)word;
        }

        target.Advance(length);
    }
}
