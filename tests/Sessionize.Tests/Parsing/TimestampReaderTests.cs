using System.Globalization;
using Xunit;

namespace Sessionize.Tests.Parsing;

/// <summary>The forms of an event time (semantics section 8), through the parser, as a line has them.</summary>
public sealed class TimestampReaderTests
{
    private const long LastMs = 7_258_118_399_999;

    [Theory]
    [InlineData(TimeFormat.Milliseconds, "0", 0)]
    [InlineData(TimeFormat.Milliseconds, "-0", 0)]
    [InlineData(TimeFormat.Milliseconds, "1714986000000", 1714986000000)]
    [InlineData(TimeFormat.Milliseconds, "\"1714986000000\"", 1714986000000)]
    [InlineData(TimeFormat.Milliseconds, "\"\\u0031714986000000\"", 1714986000000)]
    [InlineData(TimeFormat.Milliseconds, "\"000000000000000000000000001714986000002\"", 1714986000002)]
    [InlineData(TimeFormat.Milliseconds, "\"0\"", 0)]
    [InlineData(TimeFormat.Milliseconds, "7258118399999", LastMs)]
    [InlineData(TimeFormat.Seconds, "0", 0)]
    [InlineData(TimeFormat.Seconds, "1714986000", 1714986000000)]
    [InlineData(TimeFormat.Seconds, "\"1714986000\"", 1714986000000)]
    [InlineData(TimeFormat.Seconds, "7258118399", LastMs - 999)]
    [InlineData(TimeFormat.Microseconds, "999", 0)]
    [InlineData(TimeFormat.Microseconds, "1000", 1)]
    [InlineData(TimeFormat.Microseconds, "1714986000000999", 1714986000000)]
    [InlineData(TimeFormat.Microseconds, "7258118399999999", LastMs)]
    [InlineData(TimeFormat.Nanoseconds, "999999", 0)]
    [InlineData(TimeFormat.Nanoseconds, "\"1000000\"", 1)]
    [InlineData(TimeFormat.Nanoseconds, "1714986000000999999", 1714986000000)]
    [InlineData(TimeFormat.Nanoseconds, "7258118399999999999", LastMs)]
    public void Parse_OfATimeInItsFormat_RoundsItDownToMilliseconds(TimeFormat format, string value, long expected) =>
        Assert.Equal(new ParsedRecord(BadEventReason.None, "u", expected), Parse(format, value));

    [Theory]
    [InlineData(TimeFormat.Milliseconds, "7258118400000")]
    [InlineData(TimeFormat.Seconds, "7258118400")]
    [InlineData(TimeFormat.Microseconds, "7258118400000000")]
    [InlineData(TimeFormat.Nanoseconds, "7258118400000000000")]
    public void Parse_OfAnIntegerOutOfRange_IsOutOfRange(TimeFormat format, string end)
    {
        // The powers of two and their neighbours are where a product, a sum or a cast would wrap round into the range.
        string[] tooHigh =
        [
            end, "9223372036854775807", "9223372036854775808", "9223372036854775809", "18446744073709551615", "18446744073709551616", "18446744073709551617",
            "18448459059709551616", "36893488147419103232", "10000000000000000000", "99999999999999999999", new string('9', 100), "1" + new string('0', 64),
        ];
        foreach (string value in tooHigh)
        {
            Assert.Equal(BadEventReason.TimestampOutOfRange, Parse(format, value).Reason);
            Assert.Equal(BadEventReason.TimestampOutOfRange, Parse(format, $"\"{value}\"").Reason);
            Assert.Equal(BadEventReason.TimestampOutOfRange, Parse(format, $"\"000{value}\"").Reason);
        }

        Assert.All((string[])["-1", "-1714986000000", "-10", "-99999999999999999999"], value => Assert.Equal(BadEventReason.TimestampOutOfRange, Parse(format, value).Reason));
    }

    [Fact]
    public void Parse_OfAnyNumberOfDigits_NeverWrapsRound()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            System.Numerics.BigInteger value = new(random.NextInt64());
            value = random.Next(3) switch { 0 => value >> random.Next(64), 1 => value, _ => value * random.NextInt64() };
            foreach ((TimeFormat format, long perMillisecond) in ((TimeFormat, long)[])[(TimeFormat.Milliseconds, 1), (TimeFormat.Microseconds, 1000), (TimeFormat.Nanoseconds, 1_000_000)])
            {
                System.Numerics.BigInteger timestampMs = value / perMillisecond;
                ParsedRecord expected = timestampMs <= LastMs ? new ParsedRecord(BadEventReason.None, "u", (long)timestampMs) : new ParsedRecord(BadEventReason.TimestampOutOfRange);
                Assert.Equal(expected, Parse(format, value.ToString(CultureInfo.InvariantCulture)));
            }

            ParsedRecord inSeconds = value * 1000 <= LastMs ? new ParsedRecord(BadEventReason.None, "u", (long)value * 1000) : new ParsedRecord(BadEventReason.TimestampOutOfRange);
            Assert.Equal(inSeconds, Parse(TimeFormat.Seconds, value.ToString(CultureInfo.InvariantCulture)));
        }
    }

    [Theory]
    [InlineData("1714986000000.0")]
    [InlineData("1714986000000.5")]
    [InlineData("1.714986e12")]
    [InlineData("0e0")]
    [InlineData("true")]
    [InlineData("[1714986000000]")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"$date\":1714986000000}")]
    [InlineData("\"1714986000000.0\"")]
    [InlineData("\" 1714986000000\"")]
    [InlineData("\"1714986000000 \"")]
    [InlineData("\"+1714986000000\"")]
    [InlineData("\"-1714986000000\"")]
    [InlineData("\"-0\"")]
    [InlineData("\"1,714\"")]
    [InlineData("\"1714986000000ms\"")]
    [InlineData("\"99999999999999999999999999x\"")]
    [InlineData("\"0x1\"")]
    [InlineData("\"1e3\"")]
    [InlineData("\"１７１４\"")]
    [InlineData("\"١٢٣\"")]
    [InlineData("\"1\\u00002\"")]
    [InlineData("\"soon\"")]
    [InlineData("\" \"")]
    [InlineData("\"2024-05-06T09:00:00Z\"")]
    public void Parse_OfAnotherForm_IsNeverGuessed(string value) =>
        Assert.All(
            (TimeFormat[])[TimeFormat.Milliseconds, TimeFormat.Seconds, TimeFormat.Microseconds, TimeFormat.Nanoseconds],
            format => Assert.Equal(new ParsedRecord(BadEventReason.BadTimestamp), Parse(format, value)));

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void Parse_OfNoTime_IsMissingInEveryFormat(string value) =>
        Assert.All(Enum.GetValues<TimeFormat>(), format => Assert.Equal(new ParsedRecord(BadEventReason.MissingTimestamp), Parse(format, value)));

    private static ParsedRecord Parse(TimeFormat format, string value) =>
        new RecordParsing(format).Parse($$"""{"uuid":"u","event_timestamp":{{value}}}""");
}
