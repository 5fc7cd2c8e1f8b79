using Sessionize.Cli.Options;
using Xunit;

namespace Sessionize.Cli.Tests.Options;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("16MiB", 16_777_216L)]
    [InlineData("64MiB", 67_108_864L)]
    [InlineData("500MB", 500_000_000L)]
    [InlineData("1GB", 1_000_000_000L)]
    [InlineData("1.5GiB", 1_610_612_736L)]
    [InlineData("65536KiB", 67_108_864L)]
    [InlineData("20000KB", 20_000_000L)]
    [InlineData("0.001TB", 1_000_000_000L)]
    [InlineData("16TiB", 17_592_186_044_416L)]
    [InlineData("16.00000001MiB", 16_777_216L)]
    public void TryRead_NumberAndUnit_IsTheSize(string text, long expected)
    {
        Assert.True(SizeText.TryRead(text, out long bytes, out _));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("64")]
    [InlineData("67108864")]
    [InlineData("MiB")]
    [InlineData("64 MiB")]
    [InlineData("64mib")]
    [InlineData("64Mb")]
    [InlineData("64M")]
    [InlineData("64MiBs")]
    [InlineData("-64MiB")]
    [InlineData("+64MiB")]
    [InlineData("1e3MiB")]
    [InlineData("1,5GB")]
    [InlineData("1.2.3GB")]
    [InlineData(".MiB")]
    [InlineData("٦٤MiB")]
    [InlineData("50%")]
    [InlineData("none")]
    public void TryRead_OtherText_IsNoSize(string text)
    {
        Assert.False(SizeText.TryRead(text, out _, out string mistake));
        Assert.StartsWith("is no size", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0GB", "at least 16MiB")]
    [InlineData("15.999MiB", "at least 16MiB")]
    [InlineData("16000KB", "at least 16MiB")]
    [InlineData("16.0001TiB", "at most 16TiB")]
    [InlineData("99999999999999999999999999TB", "at most 16TiB")]
    public void TryRead_OutOfRange_SaysTheLimit(string text, string expected)
    {
        Assert.False(SizeText.TryRead(text, out _, out string mistake));
        Assert.Contains(expected, mistake, StringComparison.Ordinal);
    }
}
