using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sessionize.Cli.DeadLetters;

/// <summary>Tells records of dead letters apart: the same where a letter was written twice.</summary>
internal static class LetterId
{
    private const int Bytes = 16;

    /// <summary>The id of the record: of its place and its bytes, whatever was wrong with it.</summary>
    public static string Of(DeadLetter letter)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] source = Encoding.UTF8.GetBytes(letter.Source);
        Span<byte> numbers = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(numbers, source.Length);
        BinaryPrimitives.WriteInt64BigEndian(numbers[sizeof(long)..], letter.Position);
        hash.AppendData(numbers);
        hash.AppendData(source);
        hash.AppendData(letter.Raw.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, Bytes));
    }
}
