using System.Buffers.Binary;
using Sessionize.Engine;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>Iceberg's hash of bytes, of which buckets are made: Murmur3 x86 32 with the seed 0 (Iceberg spec, appendix B).</summary>
internal static class IcebergHash
{
    /// <summary>The hash of bytes; of a text those of its UTF-8 form.</summary>
    public static int Of(ReadOnlySpan<byte> bytes)
    {
        uint hash = 0;
        ReadOnlySpan<byte> rest = bytes;
        while (rest.Length >= 4)
        {
            hash = Murmur3.Mix(hash, BinaryPrimitives.ReadUInt32LittleEndian(rest));
            rest = rest[4..];
        }

        if (!rest.IsEmpty)
        {
            uint tail = 0;
            for (int index = rest.Length - 1; index >= 0; index--)
            {
                tail = (tail << 8) | rest[index];
            }

            hash = Murmur3.MixTail(hash, tail);
        }

        return Murmur3.Finish(hash, bytes.Length);
    }

    /// <summary>The hash of a number; smaller ones are hashed as this one, so that widening a column keeps its buckets.</summary>
    public static int Of(long value) => Murmur3.Finish(Murmur3.Mix(Murmur3.Mix(0, (uint)value), (uint)(value >>> 32)), sizeof(long));
}
