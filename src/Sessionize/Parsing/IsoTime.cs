namespace Sessionize.Parsing;

/// <summary>Reads <c>2024-05-06T12:00:00.123+02:00</c>: ISO 8601 in the extended form, with an offset or <c>Z</c>.</summary>
/// <remarks>
/// Seconds and their fraction may be missing, the fraction may have any length and follow a comma, the offset may be <c>+hh</c>,
/// <c>+hh:mm</c> or <c>+hhmm</c>. Leap seconds and 24:00 are no times here. Our own, because the class library's parsers of UTF-8 take
/// fewer digits or more forms.
/// </remarks>
internal static class IsoTime
{
    private const long DayMs = 24L * 60 * 60 * 1000;

    public static bool TryRead(ReadOnlySpan<byte> text, out long timestampMs)
    {
        timestampMs = 0;
        if (!TryTakeDate(ref text, out long days)
            || !TryTakeByte(ref text, 'T')
            || !TryTakeTimeOfDay(ref text, out long timeOfDayMs)
            || !TryTakeOffset(ref text, out long offsetMs)
            || !text.IsEmpty)
        {
            return false;
        }

        timestampMs = (days * DayMs) + timeOfDayMs - offsetMs;
        return true;
    }

    private static bool TryTakeDate(ref ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        if (!TryTakeNumber(ref text, 4, out int year) || !TryTakeByte(ref text, '-')
            || !TryTakeNumber(ref text, 2, out int month) || !TryTakeByte(ref text, '-')
            || !TryTakeNumber(ref text, 2, out int day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        days = new DateOnly(year, month, day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        return true;
    }

    private static bool TryTakeTimeOfDay(ref ReadOnlySpan<byte> text, out long timeOfDayMs)
    {
        timeOfDayMs = 0;
        if (!TryTakeNumber(ref text, 2, out int hour) || !TryTakeByte(ref text, ':') || !TryTakeNumber(ref text, 2, out int minute)
            || hour > 23 || minute > 59)
        {
            return false;
        }

        timeOfDayMs = ((hour * 60L) + minute) * 60_000;
        if (!TryTakeByte(ref text, ':'))
        {
            return true;
        }

        if (!TryTakeNumber(ref text, 2, out int second) || second > 59)
        {
            return false;
        }

        timeOfDayMs += second * 1000L;
        if (!TryTakeByte(ref text, '.') && !TryTakeByte(ref text, ','))
        {
            return true;
        }

        int digits = 0;
        for (int worth = 100; digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'9'; worth /= 10)
        {
            timeOfDayMs += (text[digits++] - '0') * worth;
        }

        text = text[digits..];
        return digits > 0;
    }

    private static bool TryTakeOffset(ref ReadOnlySpan<byte> text, out long offsetMs)
    {
        offsetMs = 0;
        if (TryTakeByte(ref text, 'Z'))
        {
            return true;
        }

        bool isNegative = TryTakeByte(ref text, '-');
        if ((!isNegative && !TryTakeByte(ref text, '+')) || !TryTakeNumber(ref text, 2, out int hours) || hours > 23)
        {
            return false;
        }

        int minutes = 0;
        bool hasColon = TryTakeByte(ref text, ':');
        if ((hasColon || !text.IsEmpty) && (!TryTakeNumber(ref text, 2, out minutes) || minutes > 59))
        {
            return false;
        }

        offsetMs = ((hours * 60L) + minutes) * 60_000 * (isNegative ? -1 : 1);
        return true;
    }

    private static bool TryTakeByte(ref ReadOnlySpan<byte> text, char expected)
    {
        if (text.IsEmpty || text[0] != expected)
        {
            return false;
        }

        text = text[1..];
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> text, int digits, out int number)
    {
        number = 0;
        if (text.Length < digits)
        {
            return false;
        }

        foreach (byte digit in text[..digits])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            number = (number * 10) + digit - '0';
        }

        text = text[digits..];
        return true;
    }
}
