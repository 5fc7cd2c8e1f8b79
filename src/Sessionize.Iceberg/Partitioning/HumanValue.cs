using System.Globalization;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Partitioning;

/// <summary>Values as Iceberg Java shows them, which paths of partitions depend on.</summary>
internal static class HumanValue
{
    private const long MicrosPerDay = 86_400_000_000;

    /// <summary>The text of a value.</summary>
    /// <param name="type">Its type; <see langword="null"/>, if it is not known.</param>
    /// <param name="value">The value.</param>
    public static string Of(IcebergType? type, object value) => (value, (type as PrimitiveType)?.Kind) switch
    {
        (int day, PrimitiveKind.Date) => Date(day),
        (long micros, PrimitiveKind.Time) => Time(micros),
        (long micros, PrimitiveKind.Timestamp) => Timestamp(micros),
        (long micros, PrimitiveKind.TimestampTz) => $"{Timestamp(micros)}+00:00",
        (Int128 unscaled, _) => Decimal(unscaled, (type as PrimitiveType)?.Scale ?? 0),
        (bool truth, _) => truth ? "true" : "false",
        (float number, _) => Number(number.ToString("E8", CultureInfo.InvariantCulture), number, number.ToString("R", CultureInfo.InvariantCulture)),
        (double number, _) => Number(number.ToString("E16", CultureInfo.InvariantCulture), number, number.ToString("R", CultureInfo.InvariantCulture)),
        (Guid uuid, _) => uuid.ToString("D"),
        (BinaryValue bytes, _) => Convert.ToBase64String(bytes.Bytes),
        (IFormattable other, _) => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The text of a day.</summary>
    public static string Date(long day)
    {
        (long year, int month, int dayOfMonth) = CivilDay.Of(day);
        return FormattableString.Invariant($"{year:0000}-{month:00}-{dayOfMonth:00}");
    }

    /// <summary>A time of day without seconds where they are 0, and with 3, 6 or 9 digits behind them.</summary>
    private static string Time(long micros)
    {
        (long seconds, long fraction) = Math.DivRem(micros, 1_000_000);
        string minutes = FormattableString.Invariant($"{seconds / 3600:00}:{seconds / 60 % 60:00}");
        return fraction != 0
            ? FormattableString.Invariant($"{minutes}:{seconds % 60:00}.") + (fraction % 1000 == 0
                ? FormattableString.Invariant($"{fraction / 1000:000}")
                : FormattableString.Invariant($"{fraction:000000}"))
            : seconds % 60 != 0
                ? FormattableString.Invariant($"{minutes}:{seconds % 60:00}")
                : minutes;
    }

    /// <summary>Seconds always, and as many digits behind them as there are.</summary>
    private static string Timestamp(long micros)
    {
        long day = micros / MicrosPerDay;
        long ofDay = micros % MicrosPerDay;
        if (ofDay < 0)
        {
            day--;
            ofDay += MicrosPerDay;
        }

        (long seconds, long fraction) = Math.DivRem(ofDay, 1_000_000);
        string digits = fraction == 0 ? "" : FormattableString.Invariant($".{fraction:000000}").TrimEnd('0');
        string sign = CivilDay.Of(day).Year > 9999 ? "+" : "";
        return FormattableString.Invariant($"{sign}{Date(day)}T{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}{digits}");
    }

    private static string Decimal(Int128 unscaled, int scale)
    {
        string sign = unscaled < 0 ? "-" : "";
        string digits = unscaled.ToString(CultureInfo.InvariantCulture).TrimStart('-');
        int exponent = digits.Length - 1 - scale;
        if (exponent < -6)
        {
            string fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return FormattableString.Invariant($"{sign}{digits[0]}{fraction}E{exponent}");
        }

        string padded = digits.PadLeft(scale + 1, '0');
        return scale == 0 ? sign + padded : $"{sign}{padded[..^scale]}.{padded[^scale..]}";
    }

    /// <summary>A floating-point number as Java writes it: the shortest digits, with an exponent below 0.001 and from 10,000,000 on.</summary>
    private static string Number(string scientific, double number, string shortest)
    {
        if (!double.IsFinite(number) || number == 0)
        {
            return double.IsNaN(number) ? "NaN" : number == 0 ? (double.IsNegative(number) ? "-0.0" : "0.0") : number > 0 ? "Infinity" : "-Infinity";
        }

        string sign = number < 0 ? "-" : "";
        int exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int end = shortest.IndexOf('E', StringComparison.Ordinal);
        string digits = (end < 0 ? shortest : shortest[..end]).Replace(".", "", StringComparison.Ordinal).TrimStart('-').Trim('0');
        if (exponent is < -3 or >= 7)
        {
            return FormattableString.Invariant($"{sign}{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{exponent}");
        }

        string whole = exponent < 0 ? "0" : digits.PadRight(exponent + 1, '0')[..(exponent + 1)];
        string behind = exponent < 0 ? new string('0', -exponent - 1) + digits : digits.Length > exponent + 1 ? digits[(exponent + 1)..] : "0";
        return $"{sign}{whole}.{behind}";
    }
}
