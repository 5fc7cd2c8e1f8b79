using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Sessionize.Parsing;

/// <summary>Takes the values that stand between the fixed bytes of a template, and checks each of their bytes.</summary>
/// <remarks>
/// The bytes end with a line feed, and no value holds one: so nothing here goes past the line, and 32 bytes can be looked at wherever it
/// stands. What is taken is what <see cref="JsonScanner"/> takes; a fuzz test holds them together. Each method gives the place behind
/// the value, or null for a value that is none of its kind: were the place a reference, it would live in memory instead of a register.
/// </remarks>
internal static unsafe class VariableReader
{
    /// <summary>Takes the text of a string, up to its closing quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* TakeText(byte* at, Capture* capture)
    {
        uint ends = ByteVectors.TextEnds(at, out uint high);
        int length = BitOperations.TrailingZeroCount(ends);

        // Most texts are shorter than a vector and ASCII. Of the high bytes only those before the end count.
        if (ends == 0 || at[length] != '"' || (high & (ends - 1) & ~ends) != 0)
        {
            return TakeLongText(at, capture);
        }

        capture->Set(FieldKind.Text, at, length);
        return at + length;
    }

    /// <summary>Takes a number of digits; of a longer one than a vector only so many, so that the template goes on with a digit and fails.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* TakeDigits(byte* at, Capture* capture)
    {
        int length = BitOperations.TrailingZeroCount(ByteVectors.NonDigits(at));
        if (length == 0 || (*at == '0' && length > 1))
        {
            return null;
        }

        capture->Set(FieldKind.Integer, at, length);
        return at + length;
    }

    /// <summary>Takes any string, number, literal or array, or object where the step allows it.</summary>
    /// <param name="at">Where it begins.</param>
    /// <param name="end">The end of the bytes that may be taken.</param>
    /// <param name="step">The step of the template.</param>
    /// <param name="capture">What was taken.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static byte* TakeAny(byte* at, byte* end, TemplateStep* step, Capture* capture)
    {
        switch (*at)
        {
            case (byte)'"':
                byte* quote = TakeText(at + 1, capture);
                return quote == null ? null : quote + 1;
            case (byte)'n':
                return TakeLiteral(at, "null"u8, FieldKind.Absent, capture);
            case (byte)'t':
                return TakeLiteral(at, "true"u8, FieldKind.Other, capture);
            case (byte)'f':
                return TakeLiteral(at, "false"u8, FieldKind.Other, capture);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return TakeNumber(at, end, capture);
            case (byte)'[':
            case (byte)'{' when step->Variable == VariableKind.AnyUnread:
                return TakeNested(at, end, step->Depth, capture);
            default:
                return null;
        }
    }

    /// <summary>A text of any length, with escapes and other letters than ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static byte* TakeLongText(byte* at, Capture* capture)
    {
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
                return null;
            }

            kind = FieldKind.EscapedText;
        }

        int length = (int)(here - at);
        capture->Set(kind, at, length);
        return anyHigh == 0 || Utf8.IsValid(new ReadOnlySpan<byte>(at, length)) ? here : null;
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

    private static byte* TakeLiteral(byte* at, ReadOnlySpan<byte> literal, FieldKind kind, Capture* capture)
    {
        if (!new ReadOnlySpan<byte>(at, literal.Length).SequenceEqual(literal))
        {
            return null;
        }

        capture->Set(kind, at, 0);
        return at + literal.Length;
    }

    private static byte* TakeNumber(byte* at, byte* end, Capture* capture)
    {
        JsonScanner scanner = new(new ReadOnlySpan<byte>(at, (int)(end - at)));
        if (!scanner.TryTakeNumber(out bool isInteger))
        {
            return null;
        }

        capture->Set(isInteger ? FieldKind.Integer : FieldKind.Other, at, isInteger ? scanner.Position : 0);
        return at + scanner.Position;
    }

    /// <summary>No field is read in it, so the scanner walks it; it has to be kept from the line end, which is white space to it.</summary>
    private static byte* TakeNested(byte* at, byte* end, int depth, Capture* capture)
    {
        ReadOnlySpan<byte> rest = new(at, (int)(end - at));
        JsonScanner scanner = new(rest[..rest.IndexOf((byte)'\n')]);
        if (!scanner.TrySkipValue(depth) || !Utf8.IsValid(rest[..scanner.Position]))
        {
            return null;
        }

        capture->Set(FieldKind.Other, at, 0);
        return at + scanner.Position;
    }
}
