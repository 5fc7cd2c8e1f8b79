using Xunit;

namespace Sessionize.Tests;

public sealed class SessionizationDefinitionTests
{
    [Theory]
    [InlineData("../x")]
    [InlineData("..")]
    [InlineData("a:b")]
    [InlineData("a b")]
    public void FindMistakes_NameThatIsNoFileName_IsOne(string name) =>
        Assert.Contains($"'{name}'", Assert.Single(new SessionizationDefinition(name).FindMistakes(isStreaming: true)), StringComparison.Ordinal);

    [Fact]
    public void FindMistakes_NoInactivityBesideAnotherMistake_TellsBoth()
    {
        SessionizationDefinition definition = new() { Options = { InactivityTimeout = null, UserHashBuckets = 0, EndOnPages = null!, Fields = null! } };
        Assert.Equal(4, definition.FindMistakes(isStreaming: true).Count);
    }
}
