using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sessionize.Engine;

/// <summary>The steps of Murmur3 x86 32. Spark and Iceberg differ only in the seed and in what they do with the last bytes.</summary>
internal static class Murmur3
{
    /// <summary>Mixes a word in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mix(uint hash, uint word) => (BitOperations.RotateLeft(hash ^ Scramble(word), 13) * 5) + 0xE6546B64;

    /// <summary>Mixes the last bytes in, fewer than a word, as the standard has it.</summary>
    public static uint MixTail(uint hash, uint bytes) => hash ^ Scramble(bytes);

    /// <summary>Ends a hash.</summary>
    public static int Finish(uint hash, int length)
    {
        hash ^= (uint)length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return (int)(hash ^ (hash >> 16));
    }

    private static uint Scramble(uint word) => BitOperations.RotateLeft(word * 0xCC9E2D51, 15) * 0x1B873593;
}
