using Sessionize.Cli.Output;
using Xunit;

namespace Sessionize.Cli.Tests.Output;

public sealed class CountTextTests
{
    [Theory]
    [InlineData(0, "0 files")]
    [InlineData(1, "1 file")]
    [InlineData(1_234_567, "1,234,567 files")]
    public void Of_ManyOfAThing_OnlyOneIsSingular(long count, string expected) => Assert.Equal(expected, CountText.Of(count, "file"));
}
