using System.Buffers.Binary;
using System.Text;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Manifests;

/// <summary>Values as bounds in manifests have them (Iceberg spec, appendix D, "Binary single-value serialization"), and their order.</summary>
/// <remarks>Values are those that <see cref="PartitionKey"/> lists. Pure functions.</remarks>
internal static class SingleValue
{
    /// <summary>The bytes that an unscaled decimal takes at most.</summary>
    public const int MaxUnscaledLength = 16;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The binary form of a value.</summary>
    /// <param name="type">The type, a primitive one.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The value is not of the type.</exception>
    public static byte[] ToBytes(IcebergType type, object value)
    {
        switch (value, (type as PrimitiveType)?.Kind)
        {
            case (bool truth, PrimitiveKind.Boolean):
                return [truth ? (byte)1 : (byte)0];
            case (int number, PrimitiveKind.Int or PrimitiveKind.Date):
                byte[] four = new byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(four, number);
                return four;
            case (long or int, PrimitiveKind.Long or PrimitiveKind.Time or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz):
                byte[] eight = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(eight, value is int small ? small : (long)value);
                return eight;
            case (float number, PrimitiveKind.Float):
                byte[] single = new byte[sizeof(float)];
                BinaryPrimitives.WriteSingleLittleEndian(single, number);
                return single;
            case (double or float, PrimitiveKind.Double):
                byte[] precise = new byte[sizeof(double)];
                BinaryPrimitives.WriteDoubleLittleEndian(precise, value is float coarse ? coarse : (double)value);
                return precise;
            case (string text, PrimitiveKind.String):
                return Encoding.UTF8.GetBytes(text);
            case (Guid uuid, PrimitiveKind.Uuid):
                return uuid.ToByteArray(bigEndian: true);
            case (BinaryValue bytes, PrimitiveKind.Fixed or PrimitiveKind.Binary):
                return bytes.Bytes;
            case (Int128 unscaled, PrimitiveKind.Decimal):
                return Unscaled(unscaled, stackalloc byte[MaxUnscaledLength]).ToArray();
            default:
                throw new ArgumentException($"A value of the type {value.GetType()} is none of the Iceberg type {type}.", nameof(value));
        }
    }

    /// <summary>Reads the binary form of a value. Bounds from before a column was widened, from int to long or from float to double, are read, too.</summary>
    /// <param name="type">The type, a primitive one.</param>
    /// <param name="bytes">The binary form.</param>
    /// <returns>The value; <see langword="null"/>, if the bytes are none of the type: such a bound says nothing.</returns>
    public static object? FromBytes(IcebergType type, ReadOnlySpan<byte> bytes) => (type as PrimitiveType)?.Kind switch
    {
        PrimitiveKind.Boolean => bytes.Length == 1 ? bytes[0] != 0 : null,
        PrimitiveKind.Int or PrimitiveKind.Date => bytes.Length == sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : null,
        PrimitiveKind.Long => bytes.Length switch
        {
            sizeof(int) => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
            sizeof(long) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => null,
        },
        PrimitiveKind.Time or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz =>
            bytes.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : null,
        PrimitiveKind.Float => bytes.Length == sizeof(float) ? BinaryPrimitives.ReadSingleLittleEndian(bytes) : null,
        PrimitiveKind.Double => bytes.Length switch
        {
            sizeof(float) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
            sizeof(double) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            _ => null,
        },
        PrimitiveKind.String => Text(bytes),
        PrimitiveKind.Uuid => bytes.Length == 16 ? new Guid(bytes, bigEndian: true) : null,
        PrimitiveKind.Fixed or PrimitiveKind.Binary => new BinaryValue(bytes.ToArray()),
        PrimitiveKind.Decimal => bytes.Length is > 0 and <= MaxUnscaledLength ? FromUnscaled(bytes) : null,
        _ => null,
    };

    /// <summary>Compares values of one type: texts as their UTF-8 bytes, UUIDs and bytes as unsigned bytes, NaN above all numbers, and −0 below 0.</summary>
    /// <param name="type">The type, a primitive one.</param>
    /// <param name="left">A value.</param>
    /// <param name="right">A value.</param>
    /// <returns>Below 0, if <paramref name="left"/> comes first; above 0, if <paramref name="right"/> does; else 0.</returns>
    /// <exception cref="ArgumentException">The values are of two types, or of one without order.</exception>
    public static int Compare(IcebergType type, object left, object right) => (left, right) switch
    {
        (int a, int b) => a.CompareTo(b),
        (long a, long b) => a.CompareTo(b),
        (int a, long b) => ((long)a).CompareTo(b),
        (long a, int b) => a.CompareTo(b),
        (string a, string b) => CompareTexts(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (float or double, float or double) => CompareNumbers(Convert.ToDouble(left, null), Convert.ToDouble(right, null)),
        (Int128 a, Int128 b) => a.CompareTo(b),
        (BinaryValue a, BinaryValue b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes),
        (Guid a, Guid b) => CompareUuids(a, b),
        _ => throw new ArgumentException($"A {left.GetType()} and a {right.GetType()} of the Iceberg type {type} have no order."),
    };

    /// <summary>The shortest big-endian form of an unscaled decimal, in two's complement.</summary>
    /// <param name="value">The value.</param>
    /// <param name="buffer">Takes the bytes; of <see cref="MaxUnscaledLength"/>.</param>
    /// <returns>The bytes, a part of <paramref name="buffer"/>.</returns>
    public static ReadOnlySpan<byte> Unscaled(Int128 value, Span<byte> buffer)
    {
        BinaryPrimitives.WriteInt128BigEndian(buffer, value);
        byte sign = value < 0 ? (byte)0xFF : (byte)0;
        int start = 0;
        while (start < MaxUnscaledLength - 1 && buffer[start] == sign && (buffer[start + 1] & 0x80) == (sign & 0x80))
        {
            start++;
        }

        return buffer[start..MaxUnscaledLength];
    }

    /// <summary>Reads an unscaled decimal in big-endian two's complement.</summary>
    public static Int128 FromUnscaled(ReadOnlySpan<byte> bytes)
    {
        Int128 value = (bytes[0] & 0x80) != 0 ? -1 : 0;
        foreach (byte part in bytes)
        {
            value = (value << 8) | part;
        }

        return value;
    }

    private static string? Text(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return s_utf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>In UTF-16, surrogates stand before the last characters of the first plane; in UTF-8, after them.</summary>
    private static int CompareTexts(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        char a = left[common];
        char b = right[common];
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    private static int CompareNumbers(double left, double right) => left < right
        ? -1
        : left > right
            ? 1
            : double.IsNaN(left) || double.IsNaN(right)
                ? double.IsNaN(left).CompareTo(double.IsNaN(right))
                : double.IsNegative(right).CompareTo(double.IsNegative(left));

    private static int CompareUuids(Guid left, Guid right)
    {
        Span<byte> a = stackalloc byte[16];
        Span<byte> b = stackalloc byte[16];
        left.TryWriteBytes(a, bigEndian: true, out _);
        right.TryWriteBytes(b, bigEndian: true, out _);
        return a.SequenceCompareTo(b);
    }
}
