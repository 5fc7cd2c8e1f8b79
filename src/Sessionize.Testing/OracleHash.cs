using System.Text;

namespace Sessionize.Testing;

/// <summary>The hash bucket as the semantics state it, written a second time.</summary>
internal static class OracleHash
{
    public static int Bucket(string user, int buckets)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(user);
        int hash = 42;
        int words = bytes.Length / 4;
        for (int i = 0; i < words; i++)
        {
            hash = MixHash(hash, MixWord(BitConverter.ToInt32(bytes, i * 4)));
        }

        for (int i = words * 4; i < bytes.Length; i++)
        {
            hash = MixHash(hash, MixWord((sbyte)bytes[i]));
        }

        uint last = (uint)(hash ^ bytes.Length);
        unchecked
        {
            last ^= last >> 16;
            last *= 0x85ebca6b;
            last ^= last >> 13;
            last *= 0xc2b2ae35;
            last ^= last >> 16;
        }

        int result = (int)last;
        return (result < 0 && result != int.MinValue ? -result : result) % buckets;
    }

    private static int MixWord(int word) => unchecked(RotateLeft(word * (int)0xcc9e2d51, 15) * 0x1b873593);

    private static int MixHash(int hash, int word) => unchecked((RotateLeft(hash ^ word, 13) * 5) + (int)0xe6546b64);

    private static int RotateLeft(int value, int by) => (value << by) | (int)((uint)value >> (32 - by));
}
