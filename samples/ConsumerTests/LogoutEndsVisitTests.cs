using CustomRules;
using Sessionize;
using Sessionize.Testing;
using Xunit;

namespace ConsumerTests;

public sealed class LogoutEndsVisitTests
{
    private static readonly DateTimeOffset s_noon = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static readonly SessionizationDefinition s_definition = SessionizationDefinition.Build(sessions => sessions
        .AddRule<LogoutEndsVisit>()
        .WithIds(SessionIds.StartTime));

    private static readonly ClickstreamEvent[] s_events =
    [
        new("ada", s_noon, "home"),
        new("ada", s_noon.AddMinutes(3), "logout"),
        new("ada", s_noon.AddMinutes(4), "login"),
        new("ada", s_noon.AddMinutes(45), "home"),
    ];

    [Fact]
    public void EndsWith_Logout_StartsAVisitWithTheNextEvent()
    {
        Session[] sessions = [.. s_events.Sessionize(s_definition)];

        Assert.Equal(["Rule:logout", EndReasons.Inactivity, EndReasons.EndOfInput], sessions.Select(session => session.EndReason));
        Assert.Equal(s_noon.AddMinutes(4), sessions[1].StartTime);
    }

    [Fact]
    public void Sessions_OutOfOrderAndThroughACrash_AreThoseOfBatch()
    {
        SessionizationHarness harness = new(s_definition);
        harness.Send(s_events[2], s_events[0], s_events[1]);
        harness.Commit();
        harness.Send(s_events[3]);
        harness.Crash();
        harness.Restart();

        Assert.Equal(s_events.Sessionize(s_definition), harness.Complete());
        Assert.Empty(harness.LateEvents);
    }

    [Fact]
    public void EndsWith_AsksAboutTheLastEvent()
    {
        RuleProbe probe = new(new LogoutEndsVisit());

        Assert.True(probe.EndsWith("0:home 3:logout"));
        Assert.False(probe.EndsWith("0:logout 3:home"));
    }

    [Fact]
    public void Sessions_OfATimeline_AreCutBehindTheLogout()
    {
        Timeline expected = Timeline.Parse("ada: 0:home 3:logout | 4:login | 45:home");

        Assert.Equal(expected.ToString(), Timeline.Of(expected.Events, expected.Events.Sessionize(s_definition)).ToString());
    }

    [Fact]
    public void Laws_Hold() => new SessionizationLaws(s_definition).Check();
}
