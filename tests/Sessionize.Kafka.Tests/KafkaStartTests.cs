using Xunit;

namespace Sessionize.Kafka.Tests;

public sealed class KafkaStartTests
{
    [Theory]
    [InlineData("earliest", "earliest")]
    [InlineData("Latest", "latest")]
    [InlineData("2026-11-25T10:00:00Z", "2026-11-25T10:00:00Z")]
    [InlineData("2026-11-25T12:00:00.5+02:00", "2026-11-25T10:00:00.5Z")]
    [InlineData("clicks/1=88, clicks/0=120", "clicks/0=120,clicks/1=88")]
    public void TryParse_Start_IsReadAndWritten(string text, string expected)
    {
        Assert.True(KafkaStart.TryParse(text, out KafkaStart start));

        Assert.Equal(expected, start.ToString());
        Assert.True(KafkaStart.TryParse(start.ToString(), out KafkaStart again));
        Assert.Equal(expected, again.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("first")]
    [InlineData("2026-11-25")]
    [InlineData("2026-11-25T10:00:00")]
    [InlineData("clicks=3")]
    [InlineData("clicks/0=-1")]
    [InlineData("clicks/x=1")]
    [InlineData("clicks/0=1,clicks/0=2")]
    [InlineData("/0=1")]
    public void TryParse_SomethingElse_IsRefused(string? text) => Assert.False(KafkaStart.TryParse(text, out _));

    [Fact]
    public void Offsets_NoneOrBelowZero_Throws()
    {
        Assert.Throws<ArgumentException>(() => KafkaStart.Offsets([]));
        Assert.Throws<ArgumentException>(() => KafkaStart.Offsets([KeyValuePair.Create(("clicks", 0), -1L)]));
    }
}
