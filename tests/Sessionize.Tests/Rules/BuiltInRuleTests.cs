using Sessionize.Rules;
using Sessionize.Testing;
using Xunit;

namespace Sessionize.Tests.Rules;

/// <summary>The built-in rules by numbers of their own: the oracle asks the same rules, so it cannot find them wrong.</summary>
public sealed class BuiltInRuleTests
{
    private const long BaseMs = 1_704_082_500_000;

    [Theory]
    [InlineData(GapBoundary.Inclusive, 1_800_001)]
    [InlineData(GapBoundary.Exclusive, 1_800_000)]
    public void DeadlineAfter_Inactivity_IsTheFirstTimeThatNoLongerBelongs(GapBoundary boundary, long afterMs) =>
        Assert.Equal(BaseMs + afterMs, Deadline(new InactivityRule(TimeSpan.FromMinutes(30), boundary), BaseMs, new ScopeFacts(BaseMs - 7, 2)));

    [Theory]
    [InlineData(0, 100)]
    [InlineData(99, 100)]
    [InlineData(100, 200)]
    [InlineData(250, 300)]
    public void DeadlineAfter_AnchoredMaximum_IsTheEndOfTheCell(long atMs, long deadlineMs)
    {
        MaxDurationRule rule = new(TimeSpan.FromMilliseconds(100));
        Session[] sessions = [.. Cut([rule], Event(0), Event(atMs), Event(deadlineMs - 1), Event(deadlineMs))];

        Assert.Equal(BaseMs + deadlineMs, sessions[^1].StartMs);
        Assert.Equal(BaseMs + deadlineMs - 1, sessions[^2].EndMs);
        Assert.Equal(deadlineMs / 100, sessions[^1].SessionIndex);
    }

    [Fact]
    public void DeadlineAfter_RestartingMaximum_IsTheSessionsStartAndTheMaximum()
    {
        MaxDurationRule rule = new(TimeSpan.FromMilliseconds(100), MaxDurationAlignment.Restarting);

        Assert.Equal(BaseMs + 60, Deadline(rule, BaseMs, new ScopeFacts(BaseMs - 40, 2)));
        Assert.Equal([2, 2, 1], Cut([rule], Event(0), Event(99), Event(100), Event(199), Event(200)).Select(session => session.EventCount));
        Assert.Equal([0, 1, 2], Cut([rule], Event(0), Event(99), Event(100), Event(199), Event(1000)).Select(session => session.SessionIndex));
    }

    [Fact]
    public void StartsNew_EventLimit_CutsBehindTheLastEventThatFits() =>
        Assert.Equal([2, 2, 1], Cut([new EventLimitRule(2)], Event(0), Event(1), Event(2), Event(3), Event(4)).Select(session => session.EventCount));

    [Theory]
    [InlineData("logout", true)]
    [InlineData("bye", true)]
    [InlineData("logouts", false)]
    [InlineData("logou", false)]
    [InlineData("Logout", false)]
    [InlineData(null, false)]
    public void EndsWith_EndOnPage_ComparesExactly(string? page, bool ends) =>
        Assert.Equal(ends ? 2 : 1, Cut([new EndOnPageRule("logout", "bye")], Event(0, page), Event(1)).Count());

    [Theory]
    [InlineData("UTC")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/Sao_Paulo")]
    [InlineData("America/Havana")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Asia/Pyongyang")]
    [InlineData("Pacific/Apia")]
    [InlineData("Australia/Lord_Howe")]
    public void DeadlineAfter_Midnight_IsTheFirstMinuteOfALaterDate(string zoneId)
    {
        const int minuteMs = 60_000;
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        MidnightRule rule = new(zoneId);
        Random random = new(11);

        // Changes of the offset come on whole minutes, so that going on minute by minute finds the same instant.
        foreach (long day in new DateTime[]
        {
            new(2018, 2, 17), new(2018, 5, 3), new(2018, 5, 4), new(2018, 11, 3), new(2011, 12, 29), new(2024, 3, 9), new(2024, 3, 30), new(2024, 4, 6), new(2024, 10, 5), new(2024, 10, 26), new(2024, 11, 2),
        }.Select(date => (long)(date - DateTime.UnixEpoch).TotalMinutes))
        {
            for (int i = 0; i < 20; i++)
            {
                long minute = day + random.Next(0, 48 * 60);
                long later = minute + 1;
                while (DateAt(later) <= DateAt(minute))
                {
                    later++;
                }

                int within = random.Next(minuteMs);
                Assert.Equal(later * minuteMs, Deadline(rule, (minute * minuteMs) + within, new ScopeFacts(minute * minuteMs, 1)));
            }
        }

        DateTime DateAt(long minute) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(minute * minuteMs), zone).Date;
    }

    [Theory]
    [InlineData(RulePass.Visit, "u_session_2_0")]
    [InlineData(RulePass.Session, "u_session_1_1")]
    public void DeadlineAfter_Midnight_CutsVisitsOrSessions(RulePass pass, string second)
    {
        // 04:15 UTC is 23:15 of the day before in New York.
        Session[] sessions = [.. Cut([new MidnightRule("America/New_York", pass)], Event(0), Event((45 * 60_000) - 1), Event(45 * 60_000))];

        Assert.Equal(["u_session_1_0", second], sessions.Select(session => session.SessionId));
        Assert.Equal(["Rule:midnight", EndReasons.EndOfInput], sessions.Select(session => session.EndReason));
        Assert.Equal(BaseMs + (45 * 60_000), sessions[1].StartMs);
    }

    [Fact]
    public void EndReason_CustomRuleWithTheSameDeadlineRegisteredFirst_IsTheBuiltInRule()
    {
        Session[] sessions = [.. Cut([new DeadlineAt(BaseMs + (45 * 60_000)), new MidnightRule("America/New_York")], Event(0), Event(45 * 60_000))];

        Assert.Equal("Rule:midnight", sessions[0].EndReason);
    }

    private static long? Deadline(ISessionBoundaryRule rule, long timeMs, ScopeFacts scope) =>
        new OracleRules([rule]).Deadline(rule, new ClickstreamEvent("u", timeMs), null, scope, null);

    private static IEnumerable<Session> Cut(ISessionBoundaryRule[] rules, params ClickstreamEvent[] events)
    {
        SessionizationDefinition definition = new();
        definition.Options.InactivityTimeout = null;
        definition.Options.MaxSessionDuration = null;
        foreach (ISessionBoundaryRule rule in rules)
        {
            definition.Rules.Add(rule);
        }

        return events.Sessionize(definition);
    }

    private static ClickstreamEvent Event(long atMs, string? page = null) => new("u", BaseMs + atMs, page);

    private sealed class DeadlineAt(long timeMs) : SessionBoundaryRule("deadline-at", RulePass.Visit)
    {
        public override long? DeadlineAfter(in BoundaryContext context) => timeMs;
    }
}
