using System.Buffers;
using System.Text;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>Makes partition values of columns' values (Iceberg spec, "Partition Transforms"). Pure functions.</summary>
internal static class TransformValues
{
    private const long MicrosPerHour = 3_600_000_000;
    private const long MicrosPerDay = 24 * MicrosPerHour;

    /// <summary>Whether a transform takes values of a type.</summary>
    public static bool Supports(Transform transform, IcebergType source) => transform.Kind switch
    {
        TransformKind.Void => true,
        TransformKind.Identity => source is PrimitiveType,
        TransformKind.Bucket => source is PrimitiveType { Kind: not (PrimitiveKind.Boolean or PrimitiveKind.Float or PrimitiveKind.Double) },
        TransformKind.Truncate => source is PrimitiveType
        {
            Kind: PrimitiveKind.Int or PrimitiveKind.Long or PrimitiveKind.Decimal or PrimitiveKind.String or PrimitiveKind.Binary,
        },
        TransformKind.Year or TransformKind.Month or TransformKind.Day =>
            source is PrimitiveType { Kind: PrimitiveKind.Date or PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz },
        TransformKind.Hour => source is PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz },
        _ => false,
    };

    /// <summary>The type of the values that a transform makes; of one that is not known here, text.</summary>
    public static IcebergType ResultType(Transform transform, IcebergType source) => transform.Kind switch
    {
        TransformKind.Identity or TransformKind.Truncate or TransformKind.Void => source,
        TransformKind.Day => new PrimitiveType(PrimitiveKind.Date),
        TransformKind.Unknown => new PrimitiveType(PrimitiveKind.String),
        _ => new PrimitiveType(PrimitiveKind.Int),
    };

    /// <summary>Makes a partition value.</summary>
    /// <param name="transform">The transform.</param>
    /// <param name="source">The type of the column.</param>
    /// <param name="value">A value as <see cref="PartitionKey"/> has them.</param>
    /// <returns>The partition value; <see langword="null"/>, if <paramref name="value"/> is.</returns>
    /// <exception cref="SessionizeException">The transform is not known here, or does not take the type.</exception>
    public static object? Apply(Transform transform, IcebergType source, object? value)
    {
        if (!Supports(transform, source))
        {
            throw new SessionizeException(
                $"The table is partitioned by '{transform}' of a column of type {source}, which cannot be computed here. Write to a table with another partition spec.");
        }

        PrimitiveKind kind = (source as PrimitiveType)?.Kind ?? PrimitiveKind.Binary;
        return value is null || transform.Kind == TransformKind.Void
            ? null
            : transform.Kind switch
            {
                TransformKind.Identity => value,
                TransformKind.Bucket => Bucket(Hash(value), transform.Width),
                TransformKind.Truncate => Truncate(value, transform.Width),
                TransformKind.Year => kind == PrimitiveKind.Date ? YearOfDay((int)value) : YearOfMicros((long)value),
                TransformKind.Month => kind == PrimitiveKind.Date ? MonthOfDay((int)value) : MonthOfMicros((long)value),
                TransformKind.Day => kind == PrimitiveKind.Date ? (int)value : DayOfMicros((long)value),
                _ => HourOfMicros((long)value),
            };
    }

    /// <summary>The bucket of a text in UTF-8.</summary>
    public static int BucketOfText(ReadOnlySpan<byte> utf8, int width) => Bucket(IcebergHash.Of(utf8), width);

    /// <summary>The bucket of an int, a long, a date in days, or a time in microseconds.</summary>
    public static int BucketOfLong(long value, int width) => Bucket(IcebergHash.Of(value), width);

    /// <summary>The bucket of a UUID.</summary>
    public static int BucketOfUuid(Guid value, int width) => Bucket(Hash(value), width);

    /// <summary>The hours from 1970 to a time in microseconds; before 1970 negative.</summary>
    public static int HourOfMicros(long micros) => (int)FloorDivide(micros, MicrosPerHour);

    /// <summary>The days from 1970 to a time in microseconds; before 1970 negative.</summary>
    public static int DayOfMicros(long micros) => (int)FloorDivide(micros, MicrosPerDay);

    /// <summary>The months from 1970 to a time in microseconds; before 1970 negative.</summary>
    public static int MonthOfMicros(long micros) => MonthOfDay(DayOfMicros(micros));

    /// <summary>The years from 1970 to a time in microseconds; before 1970 negative.</summary>
    public static int YearOfMicros(long micros) => YearOfDay(DayOfMicros(micros));

    /// <summary>The months from 1970 to a day.</summary>
    public static int MonthOfDay(int day)
    {
        (long year, int month, _) = CivilDay.Of(day);
        return (int)(((year - 1970) * 12) + month - 1);
    }

    /// <summary>The years from 1970 to a day.</summary>
    public static int YearOfDay(int day) => (int)(CivilDay.Of(day).Year - 1970);

    /// <summary>The greatest multiple of a width that is not above a value.</summary>
    public static int TruncateInt(int value, int width) => unchecked(value - (((value % width) + width) % width));

    /// <summary>The greatest multiple of a width that is not above a value.</summary>
    public static long TruncateLong(long value, int width) => unchecked(value - (((value % width) + width) % width));

    /// <summary>The first characters of a text, by code points.</summary>
    public static string TruncateText(string text, int width)
    {
        int end = 0;
        while (end < text.Length && width-- > 0)
        {
            end += end + 1 < text.Length && char.IsSurrogatePair(text[end], text[end + 1]) ? 2 : 1;
        }

        return text[..end];
    }

    private static object Truncate(object value, int width) => value switch
    {
        int number => TruncateInt(number, width),
        long number => TruncateLong(number, width),
        Int128 number => number - (((number % width) + width) % width),
        string text => TruncateText(text, width),
        BinaryValue bytes => bytes.Bytes.Length <= width ? bytes : new BinaryValue(bytes.Bytes[..width]),
        _ => throw Misplaced(value),
    };

    private static int Bucket(int hash, int width) => (hash & int.MaxValue) % width;

    private static int Hash(object value)
    {
        switch (value)
        {
            case int number:
                return IcebergHash.Of((long)number);
            case long number:
                return IcebergHash.Of(number);
            case string text:
                return Hash(text);
            case Guid uuid:
                Span<byte> bytes = stackalloc byte[16];
                uuid.TryWriteBytes(bytes, bigEndian: true, out _);
                return IcebergHash.Of(bytes);
            case Int128 unscaled:
                return IcebergHash.Of(SingleValue.Unscaled(unscaled, stackalloc byte[SingleValue.MaxUnscaledLength]));
            case BinaryValue binary:
                return IcebergHash.Of(binary.Bytes);
            default:
                throw Misplaced(value);
        }
    }

    private static int Hash(string text)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        int hash = IcebergHash.Of(utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)));
        ArrayPool<byte>.Shared.Return(utf8);
        return hash;
    }

    private static long FloorDivide(long value, long divisor)
    {
        long quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }

    private static ArgumentException Misplaced(object value) => new($"A partition value cannot be of the type {value.GetType()}.");
}
