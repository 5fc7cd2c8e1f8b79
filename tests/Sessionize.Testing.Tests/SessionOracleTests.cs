using Sessionize.Rules;
using Xunit;

namespace Sessionize.Testing.Tests;

public sealed class SessionOracleTests
{
    private const long BaseMs = 1_704_082_500_000;

    [Fact]
    public void Sessionize_CombinedUserOfTheSemantics_GivesFiveSessions()
    {
        int[] minutes = [0, 60, 110, 150, 270, 290];

        IReadOnlyList<Session> sessions = SessionOracle.Sessionize(
            minutes.Select(minute => new ClickstreamEvent("user-003", BaseMs + (minute * 60_000L))),
            [new InactivityRule(TimeSpan.FromMinutes(30)), new MaxDurationRule(TimeSpan.FromHours(2))]);

        Assert.Equal(
            ["user-003_session_1_0", "user-003_session_2_0", "user-003_session_3_0", "user-003_session_4_0", "user-003_session_5_0"],
            sessions.Select(session => session.SessionId));
        Assert.Equal(2, sessions[^1].EventCount);
        Assert.Equal(EndReasons.EndOfInput, sessions[^1].EndReason);
    }

    [Fact]
    public void Sessionize_OneEventObjectDeliveredTwice_CountsTwiceForTheEndReason()
    {
        ClickstreamEvent once = new("ada", BaseMs, "home");
        ClickstreamEvent later = new("ada", BaseMs + 60_000, "cart");

        IReadOnlyList<Session> sessions = SessionOracle.Sessionize([once, once, later], [new InactivityRule(TimeSpan.FromMinutes(30)), new PairRule()]);

        Assert.Equal([(2, "Rule:pair"), (1, EndReasons.EndOfInput)], sessions.Select(session => (session.EventCount, session.EndReason)));
    }

    /// <summary>A visit has two events.</summary>
    private sealed class PairRule() : SessionBoundaryRule("pair")
    {
        public override bool EndsWith(in BoundaryContext context) => context.HasPrevious && context.Scope.EventCount == 2;
    }
}
