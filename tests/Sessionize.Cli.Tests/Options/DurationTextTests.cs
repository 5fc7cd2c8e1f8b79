using Sessionize.Cli.Options;
using Xunit;

namespace Sessionize.Cli.Tests.Options;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("250ms", 250L)]
    [InlineData("90s", 90_000L)]
    [InlineData("30m", 1_800_000L)]
    [InlineData("1.5h", 5_400_000L)]
    [InlineData("36500d", 3_153_600_000_000L)]
    [InlineData("30", 1_800_000L)]
    [InlineData("0.5", 30_000L)]
    public void TryRead_NumberAndUnit_IsTheDuration(string text, long milliseconds)
    {
        Assert.True(DurationText.TryRead(text, "m", out TimeSpan duration, out _));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("thirty")]
    [InlineData("30 m")]
    [InlineData("30M")]
    [InlineData("30min")]
    [InlineData("-5m")]
    [InlineData("+5m")]
    [InlineData("1e3s")]
    [InlineData("1,5h")]
    [InlineData("1.2.3s")]
    [InlineData(".")]
    [InlineData("٣m")]
    [InlineData("00:30:00")]
    public void TryRead_OtherText_IsNoDuration(string text)
    {
        Assert.False(DurationText.TryRead(text, "m", out _, out string mistake));
        Assert.StartsWith("is no duration", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", "above zero")]
    [InlineData("0.0h", "above zero")]
    [InlineData("0.5ms", "above zero")]
    [InlineData("36500.0001d", "too long")]
    [InlineData("99999999999999999999999999h", "too long")]
    public void TryRead_OutOfRange_SaysTheLimit(string text, string expected)
    {
        Assert.False(DurationText.TryRead(text, "m", out _, out string mistake));
        Assert.Contains(expected, mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void DescribeBare_NumberWithoutUnit_NamesTheUnit()
    {
        Assert.Equal("30 minutes", DurationText.DescribeBare("30", "m"));
        Assert.Equal("2 hours", DurationText.DescribeBare("2", "h"));
        Assert.Null(DurationText.DescribeBare("2h", "h"));
    }
}
