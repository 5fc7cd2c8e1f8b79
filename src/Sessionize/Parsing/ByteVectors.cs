using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sessionize.Parsing;

/// <summary>Questions about 32 bytes at once, answered by a bit a byte, the first byte's lowest.</summary>
/// <remarks>Two vectors of 16 bytes where the processor, or the compilation ahead of time, has none of 32.</remarks>
internal static unsafe class ByteVectors
{
    /// <summary>How many bytes are looked at; all of them are read.</summary>
    public const int Width = 32;

    /// <summary>Which bytes differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Differences(byte* left, byte* right) => Vector256.IsHardwareAccelerated
        ? ~Vector256.Equals(Vector256.Load(left), Vector256.Load(right)).ExtractMostSignificantBits()
        : ~Join(Vector128.Equals(Vector128.Load(left), Vector128.Load(right)), Vector128.Equals(Vector128.Load(left + 16), Vector128.Load(right + 16)));

    /// <summary>Which bytes end the plain part of a JSON string: a quote, a backslash, or a control character.</summary>
    /// <param name="at">The bytes.</param>
    /// <param name="high">Which bytes are not ASCII.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint TextEnds(byte* at, out uint high)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<byte> bytes = Vector256.Load(at);
            high = bytes.ExtractMostSignificantBits();

            // The quote, 0x22, and the control characters are what is at most 0x20 when bit 1 is turned over; "at most" is "the lesser one of both".
            Vector256<byte> turned = bytes ^ Vector256.Create((byte)0x02);
            Vector256<byte> ends = Vector256.Equals(Vector256.Min(turned, Vector256.Create((byte)0x20)), turned) | Vector256.Equals(bytes, Vector256.Create((byte)'\\'));
            return ends.ExtractMostSignificantBits();
        }

        Vector128<byte> low = Vector128.Load(at);
        Vector128<byte> upper = Vector128.Load(at + 16);
        high = Join(low, upper);
        return Join(TextEnds(low), TextEnds(upper));
    }

    /// <summary>Which bytes are no ASCII digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NonDigits(byte* at)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<byte> values = Vector256.Load(at) - Vector256.Create((byte)'0');
            return ~Vector256.Equals(Vector256.Min(values, Vector256.Create((byte)9)), values).ExtractMostSignificantBits();
        }

        return ~Join(Digits(Vector128.Load(at)), Digits(Vector128.Load(at + 16)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> TextEnds(Vector128<byte> bytes)
    {
        Vector128<byte> turned = bytes ^ Vector128.Create((byte)0x02);
        return Vector128.Equals(Vector128.Min(turned, Vector128.Create((byte)0x20)), turned) | Vector128.Equals(bytes, Vector128.Create((byte)'\\'));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Digits(Vector128<byte> bytes)
    {
        Vector128<byte> values = bytes - Vector128.Create((byte)'0');
        return Vector128.Equals(Vector128.Min(values, Vector128.Create((byte)9)), values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Join(Vector128<byte> low, Vector128<byte> upper) =>
        low.ExtractMostSignificantBits() | (upper.ExtractMostSignificantBits() << 16);
}
