using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Sessionize.Parsing;

/// <summary>Takes the values that stand between the fixed bytes of a template, and checks each of their bytes.</summary>
/// <remarks>
/// The bytes end with a line feed, and no value holds one: so nothing here goes past the line, and 32 bytes can be looked at wherever it
/// stands. What is taken is what <see cref="JsonScanner"/> takes; a fuzz test holds them together.
/// </remarks>
internal static unsafe class VariableReader
{
    /// <summary>Takes the text of a string, up to its closing quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryTakeText(ref byte* at, Capture* capture)
    {
        uint ends = ByteVectors.TextEnds(at, out uint high);
        int length = BitOperations.TrailingZeroCount(ends);

        // Most texts are shorter than a vector and ASCII. Of the high bytes only those before the end count.
        if (ends == 0 || at[length] != '"' || (high & (ends - 1) & ~ends) != 0)
        {
            return TryTakeLongText(ref at, capture);
        }

        capture->Set(FieldKind.Text, at, length);
        at += length;
        return true;
    }

    /// <summary>Takes a number of digits; of a longer one than a vector only so many, so that the template goes on with a digit and fails.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryTakeDigits(ref byte* at, Capture* capture)
    {
        int length = BitOperations.TrailingZeroCount(ByteVectors.NonDigits(at));
        if (length == 0 || (*at == '0' && length > 1))
        {
            return false;
        }

        capture->Set(FieldKind.Integer, at, length);
        at += length;
        return true;
    }

    /// <summary>Takes any string, number, literal or array, or object where the step allows it.</summary>
    /// <param name="at">Where it begins; behind it afterwards.</param>
    /// <param name="end">The end of the bytes that may be taken.</param>
    /// <param name="step">The step of the template.</param>
    /// <param name="capture">What was taken.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryTakeAny(ref byte* at, byte* end, TemplateStep* step, Capture* capture)
    {
        switch (*at)
        {
            case (byte)'"':
                at++;
                if (!TryTakeText(ref at, capture))
                {
                    return false;
                }

                at++;
                return true;
            case (byte)'n':
                return TryTakeLiteral(ref at, "null"u8, FieldKind.Absent, capture);
            case (byte)'t':
                return TryTakeLiteral(ref at, "true"u8, FieldKind.Other, capture);
            case (byte)'f':
                return TryTakeLiteral(ref at, "false"u8, FieldKind.Other, capture);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return TryTakeNumber(ref at, end, capture);
            case (byte)'[':
            case (byte)'{' when step->Variable == VariableKind.AnyUnread:
                return TryTakeNested(ref at, end, step->Depth, capture);
            default:
                return false;
        }
    }

    /// <summary>A text of any length, with escapes and other letters than ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryTakeLongText(ref byte* at, Capture* capture)
    {
        byte* start = at;
        byte* here = at;
        uint anyHigh = 0;
        FieldKind kind = FieldKind.Text;
        while (true)
        {
            uint ends = ByteVectors.TextEnds(here, out uint high);
            if (ends == 0)
            {
                anyHigh |= high;
                here += ByteVectors.Width;
                continue;
            }

            anyHigh |= high & (ends - 1) & ~ends;
            here += BitOperations.TrailingZeroCount(ends);
            if (*here == '"')
            {
                break;
            }

            if (*here != '\\' || !TryTakeEscape(ref here))
            {
                return false;
            }

            kind = FieldKind.EscapedText;
        }

        int length = (int)(here - start);
        capture->Set(kind, start, length);
        at = here;
        return anyHigh == 0 || Utf8.IsValid(new ReadOnlySpan<byte>(start, length));
    }

    private static bool TryTakeEscape(ref byte* at)
    {
        switch (at[1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                at += 2;
                return true;
            case (byte)'u' when char.IsAsciiHexDigit((char)at[2]) && char.IsAsciiHexDigit((char)at[3])
                && char.IsAsciiHexDigit((char)at[4]) && char.IsAsciiHexDigit((char)at[5]):
                at += 6;
                return true;
            default:
                return false;
        }
    }

    private static bool TryTakeLiteral(ref byte* at, ReadOnlySpan<byte> literal, FieldKind kind, Capture* capture)
    {
        if (!new ReadOnlySpan<byte>(at, literal.Length).SequenceEqual(literal))
        {
            return false;
        }

        capture->Set(kind, at, 0);
        at += literal.Length;
        return true;
    }

    private static bool TryTakeNumber(ref byte* at, byte* end, Capture* capture)
    {
        JsonScanner scanner = new(new ReadOnlySpan<byte>(at, (int)(end - at)));
        if (!scanner.TryTakeNumber(out bool isInteger))
        {
            return false;
        }

        capture->Set(isInteger ? FieldKind.Integer : FieldKind.Other, at, isInteger ? scanner.Position : 0);
        at += scanner.Position;
        return true;
    }

    /// <summary>No field is read in it, so the scanner walks it; it has to be kept from the line end, which is white space to it.</summary>
    private static bool TryTakeNested(ref byte* at, byte* end, int depth, Capture* capture)
    {
        ReadOnlySpan<byte> rest = new(at, (int)(end - at));
        JsonScanner scanner = new(rest[..rest.IndexOf((byte)'\n')]);
        if (!scanner.TrySkipValue(depth) || !Utf8.IsValid(rest[..scanner.Position]))
        {
            return false;
        }

        capture->Set(FieldKind.Other, at, 0);
        at += scanner.Position;
        return true;
    }
}
