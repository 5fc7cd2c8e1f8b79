using Sessionize.Rules;
using Xunit;

namespace Sessionize.Testing.Tests;

public sealed class RuleProbeTests
{
    [Fact]
    public void EndsWith_OfAPage_AsksAboutTheLastEvent()
    {
        RuleProbe logout = new(new EndOnPageRule("logout"));

        Assert.True(logout.EndsWith("0:home 10:logout"));
        Assert.False(logout.EndsWith("0:logout 10:home"));
    }

    [Fact]
    public void StartsNew_OfACount_CountsTheScopeWithoutTheEvent()
    {
        RuleProbe limit = new(new EventLimitRule(2));

        Assert.False(limit.StartsNew("0 5"));
        Assert.True(limit.StartsNew("0 5 10"));
        Assert.False(limit.StartsNew("0 5 | 10 15"));
    }

    [Fact]
    public void DeadlineAfter_OfDeadlineRules_IsTimeAfterMinuteZero()
    {
        Assert.Equal(TimeSpan.FromMinutes(35) + TimeSpan.FromMilliseconds(1), new RuleProbe(new InactivityRule(TimeSpan.FromMinutes(30))).DeadlineAfter("0 5"));
        Assert.Equal(TimeSpan.FromHours(4), new RuleProbe(new MaxDurationRule(TimeSpan.FromHours(2))).DeadlineAfter("0 110 | 130"));
        Assert.Null(new RuleProbe(new EventLimitRule(2)).DeadlineAfter("0"));
    }

    [Fact]
    public void StartsNew_OfTooFewEvents_SaysWhatIsMissing()
    {
        RuleProbe probe = new(new EventLimitRule(2));

        Assert.Contains("needs 2 events", Assert.Throws<FormatException>(() => probe.StartsNew("0")).Message, StringComparison.Ordinal);
        Assert.Contains("behind the '|'", Assert.Throws<FormatException>(() => probe.StartsNew("0 | 5")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RulePass.Visit, "none")]
    [InlineData(RulePass.Session, "home")]
    public void EndsWithAndDeadlineAfter_OfTheFirstEventBehindTheBar_HaveAPredecessorInTheSameVisitOnly(RulePass pass, string expected)
    {
        PredecessorRule rule = new(pass);
        RuleProbe probe = new(rule);

        probe.EndsWith("0:home | 40:cart");
        probe.DeadlineAfter("0:home | 40:cart");
        probe.EndsWith("0:home | 40:cart 50");
        probe.StartsNew("0:home | 40:cart 50");

        Assert.Equal([expected, expected, "cart", "cart"], rule.Shown);
    }

    private sealed class PredecessorRule(RulePass pass) : SessionBoundaryRule("predecessor", pass: pass)
    {
        public List<string> Shown { get; } = [];

        public override EventFields Reads => EventField.PageName;

        public override bool StartsNew(in BoundaryContext context) => Show(context);

        public override bool EndsWith(in BoundaryContext context) => Show(context);

        public override long? DeadlineAfter(in BoundaryContext context) => Show(context) ? 0 : null;

        private bool Show(in BoundaryContext context)
        {
            Shown.Add(context.HasPrevious ? context.Previous.PageName.ToString() : "none");
            return false;
        }
    }
}
