using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Parquet.File.Values.Primitives;
using Parquet.Meta;

namespace Sessionize.Iceberg.Reading;

/// <summary>What the values that Parquet files store mean.</summary>
internal static class StoredValues
{
    private const long JulianDayOfEpoch = 2_440_588;
    private const long MicrosecondsPerDay = 86_400_000_000;
    private const int MostDecimalBytes = 16;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a text.</summary>
    /// <exception cref="InvalidDataException">The bytes are no UTF-8.</exception>
    public static string ReadText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw new InvalidDataException("it has a text that is no UTF-8", failure);
        }
    }

    /// <summary>Reads a decimal's unscaled number: two's complement, the highest byte first.</summary>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public static Int128 ReadDecimal(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MostDecimalBytes)
        {
            throw new InvalidDataException($"it has a decimal of {bytes.Length} bytes");
        }

        Int128 number = bytes.Length > 0 && (bytes[0] & 0x80) != 0 ? Int128.NegativeOne : Int128.Zero;
        foreach (byte part in bytes)
        {
            number = (number << 8) | part;
        }

        return number;
    }

    /// <summary>Reads a time of 96 bits, as Impala and Spark once wrote: nanoseconds of a day, and the day by the Julian count.</summary>
    public static long ReadInt96(Interval stored)
    {
        // The library's names of the three numbers; here they are the lower and the upper half of the nanoseconds, and the day.
        long nanoseconds = ((long)stored.Days << 32) | (uint)stored.Months;
        return ((stored.Millis - JulianDayOfEpoch) * MicrosecondsPerDay) + FloorDivide(nanoseconds, 1000);
    }

    /// <summary>How the numbers of a time column become microseconds, rounded down; <see langword="null"/>, if the column is none.</summary>
    public static Func<long, long>? MicrosecondsOf(SchemaElement element)
    {
        TimeUnit? unit = element.LogicalType?.TIMESTAMP?.Unit ?? element.LogicalType?.TIME?.Unit;
        return (unit, element.ConvertedType) switch
        {
            ({ MICROS: not null }, _) or (null, ConvertedType.TIMESTAMP_MICROS or ConvertedType.TIME_MICROS) => value => value,
            ({ MILLIS: not null }, _) or (null, ConvertedType.TIMESTAMP_MILLIS or ConvertedType.TIME_MILLIS) => FromMilliseconds,
            ({ NANOS: not null }, _) => value => FloorDivide(value, 1000),
            _ => null,
        };
    }

    /// <summary>Reads a plain value of the kinds that statistics have.</summary>
    public static bool TryReadPlain<T>(byte[] bytes, out T value)
        where T : struct
    {
        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
        {
            value = (T)(object)new ReadOnlyMemory<byte>(bytes);
            return true;
        }

        value = default;
        bool isNumber = typeof(T) == typeof(int) || typeof(T) == typeof(long) || typeof(T) == typeof(float) || typeof(T) == typeof(double);
        if (!isNumber || bytes.Length != Unsafe.SizeOf<T>() || !BitConverter.IsLittleEndian)
        {
            return false;
        }

        value = Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetArrayDataReference(bytes));
        return true;
    }

    /// <summary>A value that is hardly ever stored, made of one byte.</summary>
    public static T Mark<T>(byte mark)
        where T : struct
    {
        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
        {
            // Equal is only the same piece of the same array.
            return (T)(object)new ReadOnlyMemory<byte>([mark]);
        }

        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<T>()];
        bytes.Fill(typeof(T) == typeof(bool) ? (byte)0 : mark);
        return MemoryMarshal.Read<T>(bytes);
    }

    private static long FromMilliseconds(long milliseconds)
    {
        try
        {
            return checked(milliseconds * 1000);
        }
        catch (OverflowException failure)
        {
            throw new InvalidDataException($"it has the time {milliseconds} ms, which no timestamp holds", failure);
        }
    }

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);
}
