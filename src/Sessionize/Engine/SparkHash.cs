using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sessionize.Engine;

/// <summary>Spark's <c>hash()</c> of a text, and the bucket that is made of it (semantics section 5).</summary>
/// <remarks>
/// Murmur3 x86 32 with the seed 42, but for the tail: the bytes after the last whole word are mixed one by one, as sign-extended
/// ints. Our own, since no library has Spark's variant.
/// </remarks>
internal static class SparkHash
{
    private const int Seed = 42;

    public static int Of(ReadOnlySpan<byte> text)
    {
        uint hash = Seed;
        ReadOnlySpan<byte> rest = text;
        while (rest.Length >= 4)
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt32LittleEndian(rest));
            rest = rest[4..];
        }

        foreach (byte tail in rest)
        {
            hash = Mix(hash, (uint)(sbyte)tail);
        }

        hash ^= (uint)text.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return (int)(hash ^ (hash >> 16));
    }

    /// <summary><c>abs(hash) % buckets</c>, where Spark's <c>abs</c> of the smallest int is itself and the bucket negative.</summary>
    public static int Bucket(int hash, int buckets) => (hash == int.MinValue ? hash : Math.Abs(hash)) % buckets;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint hash, uint word)
    {
        word = BitOperations.RotateLeft(word * 0xCC9E2D51, 15) * 0x1B873593;
        return (BitOperations.RotateLeft(hash ^ word, 13) * 5) + 0xE6546B64;
    }
}
