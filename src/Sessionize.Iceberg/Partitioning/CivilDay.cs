namespace Sessionize.Iceberg.Partitioning;

/// <summary>Days since 1970 as dates, over all of the range that a table may hold, which is wider than that of <see cref="DateOnly"/>.</summary>
internal static class CivilDay
{
    private const int DaysPerEra = 146_097;

    // The calendar repeats every 400 years, which makes an era; it is counted from March 1 of the year 0, so that a leap day is the last of its year.
    private const int DaysFromYearZero = 719_468;

    /// <summary>The date of a day in the proleptic Gregorian calendar.</summary>
    public static (long Year, int Month, int Day) Of(long day)
    {
        long shifted = day + DaysFromYearZero;
        long era = (shifted >= 0 ? shifted : shifted - (DaysPerEra - 1)) / DaysPerEra;
        int dayOfEra = (int)(shifted - (era * DaysPerEra));
        int yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / (DaysPerEra - 1))) / 365;
        int dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        int monthFromMarch = ((5 * dayOfYear) + 2) / 153;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, dayOfYear - (((153 * monthFromMarch) + 2) / 5) + 1);
    }
}
