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
