using System.Buffers.Binary;

namespace Sessionize.Parsing;

/// <summary>Reads event times as the configured format has them; nothing is guessed (semantics section 8).</summary>
internal static class TimestampReader
{
    /// <summary>Reads a time that is written in a text.</summary>
    public static BadEventReason ReadText(ReadOnlySpan<byte> text, TimeFormat format, out long timestampMs)
    {
        timestampMs = 0;
        if (text.IsEmpty)
        {
            return BadEventReason.MissingTimestamp;
        }

        if (format != TimeFormat.Iso8601)
        {
            return ReadDigits(text, format, out timestampMs);
        }

        return IsoTime.TryRead(text, out timestampMs) ? CheckRange(timestampMs) : BadEventReason.BadTimestamp;
    }

    /// <summary>Reads a time that is written as a JSON integer.</summary>
    public static BadEventReason ReadInteger(ReadOnlySpan<byte> number, TimeFormat format, out long timestampMs)
    {
        timestampMs = 0;
        if (format == TimeFormat.Iso8601)
        {
            return BadEventReason.BadTimestamp;
        }

        bool isNegative = number[0] == '-';
        BadEventReason reason = ReadDigits(isNegative ? number[1..] : number, format, out timestampMs);
        return isNegative && number is not [(byte)'-', (byte)'0'] ? BadEventReason.TimestampOutOfRange : reason;
    }

    /// <summary>Reads milliseconds of 13 digits, as they have been since 2001 and will be until the end of time.</summary>
    /// <returns><see langword="false"/> for anything else, and for a time that is out of range: then another method says what is wrong.</returns>
    public static unsafe bool TryReadThirteenDigits(byte* text, int length, out long timestampMs)
    {
        timestampMs = 0;
        if (length != 13)
        {
            return false;
        }

        // The first eight, then the last eight, of which the first three are made zeros as they were read already.
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(text, 8));
        ulong low = (BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(text + 5, 8)) & ~0xFF_FFFFul) | 0x30_3030;
        if (!IsEightDigits(high) || !IsEightDigits(low))
        {
            return false;
        }

        timestampMs = (ReadEightDigits(high) * 100_000L) + ReadEightDigits(low);
        return timestampMs < EventBatch.EndOfTimeMs;
    }

    /// <summary>Whether each byte is 0x30 to 0x39: its upper half is 3, and still is when 6 is added.</summary>
    private static bool IsEightDigits(ulong text) =>
        ((text & 0xF0F0_F0F0_F0F0_F0F0) | (((text + 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) >> 4)) == 0x3333_3333_3333_3333;

    /// <summary>Adds neighbours up, three times: eight digits to four numbers below 100, to two below 10,000, to one.</summary>
    private static uint ReadEightDigits(ulong text)
    {
        text -= 0x3030_3030_3030_3030;
        text = (text * 10) + (text >> 8);
        return (uint)((((text & 0x0000_00FF_0000_00FF) * (100 + (1_000_000UL << 32)))
            + (((text >> 16) & 0x0000_00FF_0000_00FF) * (1 + (10_000UL << 32)))) >> 32);
    }

    private static BadEventReason ReadDigits(ReadOnlySpan<byte> digits, TimeFormat format, out long timestampMs)
    {
        timestampMs = 0;
        ulong value = 0;
        bool isTooLarge = false;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return BadEventReason.BadTimestamp;
            }

            // The end of time in nanoseconds has 19 digits, so a value at this limit is out of range in every format.
            isTooLarge |= value > 999_999_999_999_999_999;
            value = unchecked((value * 10) + (ulong)(digit - '0'));
        }

        if (isTooLarge)
        {
            return BadEventReason.TimestampOutOfRange;
        }

        const ulong endOfTimeS = EventBatch.EndOfTimeMs / 1000;
        switch (format)
        {
            case TimeFormat.Seconds when value >= endOfTimeS:
                return BadEventReason.TimestampOutOfRange;
            case TimeFormat.Seconds:
                value *= 1000;
                break;
            case TimeFormat.Microseconds:
                value /= 1000;
                break;
            case TimeFormat.Nanoseconds:
                value /= 1_000_000;
                break;
        }

        if (value >= EventBatch.EndOfTimeMs)
        {
            return BadEventReason.TimestampOutOfRange;
        }

        timestampMs = (long)value;
        return BadEventReason.None;
    }

    private static BadEventReason CheckRange(long timestampMs) =>
        timestampMs is < 0 or >= EventBatch.EndOfTimeMs ? BadEventReason.TimestampOutOfRange : BadEventReason.None;
}
