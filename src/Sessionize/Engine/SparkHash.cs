using System.Buffers.Binary;

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
            hash = Murmur3.Mix(hash, BinaryPrimitives.ReadUInt32LittleEndian(rest));
            rest = rest[4..];
        }

        foreach (byte tail in rest)
        {
            hash = Murmur3.Mix(hash, (uint)(sbyte)tail);
        }

        return Murmur3.Finish(hash, text.Length);
    }

    /// <summary><c>abs(hash) % buckets</c>, where Spark's <c>abs</c> of the smallest int is itself and the bucket negative.</summary>
    public static int Bucket(ReadOnlySpan<byte> text, int buckets) => Bucket(Of(text), buckets);

    /// <summary>The bucket of a text whose hash is known.</summary>
    public static int Bucket(int hash, int buckets) => (hash == int.MinValue ? hash : Math.Abs(hash)) % buckets;
}
