using Sessionize.Cli.Demonstration;
using Xunit;

namespace Sessionize.Cli.Tests.Demonstration;

public sealed class RuleCheckTests
{
    [Fact]
    public void Run_DefaultRules_PassesWith19Events()
    {
        Assert.Equal(19, RuleCheck.Events);
        Assert.All(RuleCheck.Run(new SessionizationDefinition()), verdict => Assert.True(verdict.HasPassed));
    }

    [Fact]
    public void Run_WrongRules_FailsWhereTheyMatter()
    {
        SessionizationDefinition noMaximum = new() { Options = { MaxSessionDuration = null } };
        SessionizationDefinition longTimeout = new() { Options = { InactivityTimeout = TimeSpan.FromMinutes(36) } };

        Assert.Equal([true, false, true], RuleCheck.Run(noMaximum).Select(verdict => verdict.HasPassed));
        Assert.Equal([false, true, true], RuleCheck.Run(longTimeout).Select(verdict => verdict.HasPassed));
    }
}
