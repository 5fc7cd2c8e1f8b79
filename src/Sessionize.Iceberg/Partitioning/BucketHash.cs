using System.Buffers.Binary;
using System.Numerics;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>Iceberg's bucket hash: Murmur3 x86 32 with the seed 0.</summary>
internal static class BucketHash
{
    public static int Of(ReadOnlySpan<byte> bytes)
    {
        uint hash = 0;
        ReadOnlySpan<byte> rest = bytes;
        for (; rest.Length >= 4; rest = rest[4..])
        {
            hash = (BitOperations.RotateLeft(hash ^ Scramble(BinaryPrimitives.ReadUInt32LittleEndian(rest)), 13) * 5) + 0xE6546B64;
        }

        uint tail = 0;
        for (int i = rest.Length - 1; i >= 0; i--)
        {
            tail = (tail << 8) | rest[i];
        }

        hash ^= Scramble(tail) ^ (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return (int)(hash ^ (hash >> 16));
    }

    public static int Of(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Of(bytes);
    }

    public static int Of(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Of(bytes);
    }

    public static int BucketOf(int hash, int buckets) => (hash & int.MaxValue) % buckets;

    private static uint Scramble(uint word) => BitOperations.RotateLeft(word * 0xCC9E2D51, 15) * 0x1B873593;
}
