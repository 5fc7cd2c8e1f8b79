using System.Globalization;
using System.Text;
using Sessionize.Parsing;
using Xunit;

namespace Sessionize.Tests.Parsing;

public sealed class IsoTimeTests
{
    [Theory]
    [InlineData("2024-05-06T09:00:00Z", 1714986000000)]
    [InlineData("2024-05-06T09:00Z", 1714986000000)]
    [InlineData("2024-05-06T09:00:00.000Z", 1714986000000)]
    [InlineData("2024-05-06T09:00:00,5Z", 1714986000500)]
    [InlineData("2024-05-06T11:00:00+02:00", 1714986000000)]
    [InlineData("2024-05-06T11:00:00+0200", 1714986000000)]
    [InlineData("2024-05-06T11:00:00+02", 1714986000000)]
    [InlineData("2024-05-06T03:30:00-05:30", 1714986000000)]
    [InlineData("2024-05-06T09:00:00-00:00", 1714986000000)]
    [InlineData("2024-05-07T08:59:00+23:59", 1714986000000)]
    [InlineData("2024-05-05T09:01:00-23:59", 1714986000000)]
    [InlineData("2024-05-06T09:00:00.1Z", 1714986000100)]
    [InlineData("2024-05-06T09:00:00.001999999Z", 1714986000001)]
    [InlineData("2024-05-06T09:00:00.9999999999999999999999999999999999999999Z", 1714986000999)]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01T02:00:00+02:00", 0)]
    [InlineData("1969-12-31T23:59:59.9999999Z", -1)]
    [InlineData("1969-12-31T23:59:59.999+00:00", -1)]
    [InlineData("2024-02-29T00:00:00Z", 1709164800000)]
    [InlineData("2000-02-29T00:00:00Z", 951782400000)]
    [InlineData("2199-12-31T23:59:59.999Z", 7258118399999)]
    [InlineData("2200-01-01T00:00:00Z", 7258118400000)]
    [InlineData("0001-01-01T00:00:00+23:59", -62135683140000)]
    [InlineData("9999-12-31T23:59:59.999-23:59", 253402387139999)]
    public void TryRead_OfATimeWithOffset_GivesItsMilliseconds(string text, long expected)
    {
        Assert.True(IsoTime.TryRead(Encoding.UTF8.GetBytes(text), out long timestampMs));
        Assert.Equal(expected, timestampMs);
    }

    public static TheoryData<string> WrongTexts() =>
    [
        "", " ", "soon", "1714986000000", "2024", "2024-05-06", "2024-05-06Z", "2024-05-06T", "2024-05-06T09Z", "2024-05-06T09:00", "2024-05-06T09:00:00", "2024-05-06T09:00:00.000",
        "2024-05-06 09:00:00Z", "2024-05-06t09:00:00Z", "2024-05-06T09:00:00z", "20240506T090000Z", "2024-W19-1T09:00:00Z", "2024-127T09:00:00Z", "24-05-06T09:00:00Z", "+2024-05-06T09:00:00Z", "-2024-05-06T09:00:00Z", "12024-05-06T09:00:00Z",
        "2024-5-6T09:00:00Z", "2024-05-06T9:00:00Z", "2024-05-06T09:0:00Z", "2024-05-06T09:00:0Z", "2024/05/06T09:00:00Z", "2024-05-06T09.00.00Z", "2024-05-06T09:00:00.Z", "2024-05-06T09:00:00,Z", "2024-05-06T09:00.5Z", "2024-05-06T09:00:00.0.0Z", "2024-05-06T09:00:00.00 Z",
        " 2024-05-06T09:00:00Z", "2024-05-06T09:00:00Z ", "2024-05-06T09:00:00 Z", "2024-05-06T09:00:00ZZ", "2024-05-06T09:00:00Z+02:00", "2024-05-06T09:00:00Z\0",
        "2024-05-06T24:00:00Z", "2024-05-06T09:60:00Z", "2024-05-06T09:00:60Z", "2016-12-31T23:59:60Z", "2024-05-06T25:00:00Z", "2024-05-06T-1:00:00Z",
        "0000-01-01T00:00:00Z", "2024-00-06T09:00:00Z", "2024-13-06T09:00:00Z", "2024-05-00T09:00:00Z", "2024-05-32T09:00:00Z", "2024-04-31T09:00:00Z", "2023-02-29T09:00:00Z", "2100-02-29T00:00:00Z",
        "2024-05-06T09:00:00+", "2024-05-06T09:00:00-", "2024-05-06T09:00:00+2", "2024-05-06T09:00:00+2:00", "2024-05-06T09:00:00+02:", "2024-05-06T09:00:00+02:0", "2024-05-06T09:00:00+02:000", "2024-05-06T09:00:00+020", "2024-05-06T09:00:00+02:00:00",
        "2024-05-06T09:00:00+24:00", "2024-05-06T09:00:00+02:60", "2024-05-06T09:00:00+-2:00", "2024-05-06T09:00:00\u221202:00", "2024-05-06T09:00:00GMT", "2024-05-06T09:00:00+02:00[Europe/Berlin]", "２０２４-05-06T09:00:00Z", "2024\u201005\u201006T09:00:00Z",
    ];

    [Theory]
    [MemberData(nameof(WrongTexts))]
    public void TryRead_OfAnythingElse_IsNoTime(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);

        Assert.False(IsoTime.TryRead(bytes, out _));
        if (bytes.Length > 0)
        {
            Assert.Equal(BadEventReason.BadTimestamp, TimestampReader.ReadText(bytes, TimeFormat.Iso8601, out _));
        }
    }

    [Theory]
    [InlineData("1969-12-31T23:59:59.999999Z")]
    [InlineData("1970-01-01T00:00:00+00:01")]
    [InlineData("2200-01-01T00:00:00Z")]
    [InlineData("2199-12-31T23:59:59.999-00:01")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void ReadText_OfATimeBeyondTheRange_IsOutOfRange(string text) =>
        Assert.Equal(BadEventReason.TimestampOutOfRange, TimestampReader.ReadText(Encoding.UTF8.GetBytes(text), TimeFormat.Iso8601, out _));

    [Theory]
    [InlineData("1714986000000")]
    [InlineData("0")]
    [InlineData("-1")]
    public void ReadInteger_InIso8601_IsNeverGuessed(string number) =>
        Assert.Equal(BadEventReason.BadTimestamp, TimestampReader.ReadInteger(Encoding.UTF8.GetBytes(number), TimeFormat.Iso8601, out _));

    [Fact]
    public void TryRead_OfRandomTimes_AgreesWithDateTimeOffset()
    {
        Random random = new(1);
        for (int i = 0; i < 50_000; i++)
        {
            TimeSpan offset = TimeSpan.FromMinutes(random.Next(-14 * 60, (14 * 60) + 1));
            DateTime local = new(random.NextInt64(TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay), DateTimeKind.Unspecified);
            string shape = random.Next(4) switch { 0 => "yyyy-MM-ddTHH:mm", 1 => "yyyy-MM-ddTHH:mm:ss", _ => "yyyy-MM-ddTHH:mm:ss." + new string('f', random.Next(1, 8)) };
            string text = local.ToString(shape, CultureInfo.InvariantCulture);

            // What the shape leaves out is not in the time either.
            DateTimeOffset expected = new(DateTime.ParseExact(text, shape, CultureInfo.InvariantCulture), offset);
            string sign = offset < TimeSpan.Zero ? "-" : "+";
            text += offset == TimeSpan.Zero && random.Next(2) == 0 ? "Z"
                : offset.Minutes == 0 && random.Next(2) == 0 ? sign + offset.ToString("hh", CultureInfo.InvariantCulture)
                : sign + offset.ToString(random.Next(2) == 0 ? "hhmm" : @"hh\:mm", CultureInfo.InvariantCulture);

            Assert.True(IsoTime.TryRead(Encoding.UTF8.GetBytes(text), out long timestampMs), text);
            Assert.True(expected.ToUnixTimeMilliseconds() == timestampMs, text);
        }
    }

    [Fact]
    public void TryRead_OfDamagedTimes_TakesNothingThatDateTimeOffsetRefuses()
    {
        Random random = new(1);
        const string Alphabet = "0123456789-:.,TZ+tz ";
        int taken = 0;
        for (int i = 0; i < 200_000; i++)
        {
            char[] text = "2024-02-29T23:59:59.123+02:30".ToCharArray();
            for (int damages = random.Next(1, 4); damages > 0; damages--)
            {
                text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];
            }

            if (!IsoTime.TryRead(Encoding.UTF8.GetBytes(text), out long timestampMs))
            {
                continue;
            }

            taken++;

            // The class library knows no comma, and offsets of 14 hours at most.
            string known = new string(text).Replace(',', '.');
            bool isParsed = DateTimeOffset.TryParseExact(
                known, "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset expected);
            Assert.True(isParsed ? expected.ToUnixTimeMilliseconds() == timestampMs : HasLongOffset(known), known);
        }

        Assert.InRange(taken, 10_000, 190_000);

        static bool HasLongOffset(string text) => int.Parse(text.AsSpan(text.Length - 5, 2), CultureInfo.InvariantCulture) >= 14;
    }
}
