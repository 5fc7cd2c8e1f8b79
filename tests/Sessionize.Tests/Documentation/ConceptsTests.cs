using Sessionize.Testing;
using Xunit;

namespace Sessionize.Tests.Documentation;

/// <summary>What docs/concepts.md and its picture say.</summary>
public sealed class ConceptsTests
{
    private const long StartMs = 1_704_082_500_000;

    [Fact]
    public void Picture_AfterTheLastEvent_HasTwoClosedSessionsAndAnOpenOne()
    {
        SessionizationHarness harness = Picture();

        Assert.Equal(205, (harness.WatermarkOf(0) - StartMs) / 60_000);
        Assert.Equal(["0..115 MaxDuration k=0", "130..140 Inactivity k=1"], harness.Closed.Select(change => Describe(change.Session)));
        Assert.Equal("200..215 EndOfInput k=0", Describe(harness.Complete()[^1]));
    }

    [Fact]
    public void Picture_EventBeforeTheFloor_IsLate()
    {
        SessionizationHarness harness = Picture();

        harness.Send(At(160));

        Assert.Equal([At(160)], LateAfterCommit(harness));
    }

    [Fact]
    public void Picture_EventBehindTheWatermarkOnly_JoinsTheOpenVisitAndBecomesItsStart()
    {
        SessionizationHarness harness = Picture();

        harness.Send(At(190));

        Assert.Empty(LateAfterCommit(harness));
        Assert.Equal("190..215 EndOfInput k=0", Describe(harness.Complete()[^1]));
    }

    private static SessionizationHarness Picture()
    {
        SessionizationHarness harness = new(new SessionizationDefinition());
        int[] minutes = [0, 10, 25, 50, 75, 100, 115, 130, 140, 200, 215];
        harness.Send(minutes.Select(At));
        return harness;
    }

    private static IReadOnlyList<ClickstreamEvent> LateAfterCommit(SessionizationHarness harness)
    {
        harness.Commit();
        return harness.LateEvents;
    }

    private static ClickstreamEvent At(int minute) => new("user", StartMs + (minute * 60_000L));

    private static string Describe(Session session) =>
        $"{(session.StartMs - StartMs) / 60_000}..{(session.EndMs - StartMs) / 60_000} {session.EndReason} k={session.SessionIndex}";
}
