using Sessionize.Engine;
using Sessionize.Sources;
using Xunit;

namespace Sessionize.Tests.Engine;

/// <summary>Watermark, floors and closing at their limits (semantics section 6). The timeout is 10 ms, the delay 5 ms; times are milliseconds.</summary>
public sealed class LaneTests
{
    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);
    private static readonly SourcePartition[] s_partitions = [new("one", new LaneId(0), 0), new("two", new LaneId(0), 1)];

    private readonly SessionizationDefinition _definition = new();

    public LaneTests()
    {
        _definition.Options.InactivityTimeout = TimeSpan.FromMilliseconds(10);
        _definition.Options.WatermarkDelay = TimeSpan.FromMilliseconds(5);
        _definition.Options.MaxFutureSkew = TimeSpan.FromMilliseconds(100);
    }

    [Fact]
    public void Watermark_OfTwoPartitions_IsTheLesserOne()
    {
        Lane lane = NewLane(partitions: 2);
        Take(lane, 0, Event("u", 1000));
        Assert.Equal(long.MinValue, lane.Watermark);
        Take(lane, 1, Event("v", 900));
        Assert.Equal(895, lane.Watermark);
        Take(lane, 1, Event("v", 1100));
        Assert.Equal(995, lane.Watermark);
    }

    [Fact]
    public void Watermark_ArrivalBeforeTheEvent_IsTheArrivalLessTheDelay()
    {
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000), arrivalMs: 950);
        Assert.Equal(945, lane.Watermark);
        Take(lane, 0, Event("u", 1001), arrivalMs: 2000);
        Assert.Equal(996, lane.Watermark);
    }

    [Theory]
    [InlineData(1050, false, false)]
    [InlineData(1051, false, true)]
    [InlineData(1051, true, false)]
    public void Take_EventAheadOfItsArrival_IsBadBeyondTheSkewInLiveMode(long timeMs, bool untilEnd, bool isBad)
    {
        _definition.Trigger = untilEnd ? Trigger.UntilEnd() : _definition.Trigger;
        Lane lane = NewLane();
        Take(lane, 0, Event("u", timeMs), arrivalMs: 950);

        Assert.Equal(isBad ? ["FutureTimestamp"] : [], lane.DeadLetters.Select(letter => letter.Reason));
        Assert.Equal(isBad ? 1 : 0, lane.Counts.BadOf(BadEventReason.FutureTimestamp));
        Assert.Equal(isBad ? 0 : 1, lane.Users);
    }

    [Theory]
    [InlineData(1010, 0)]
    [InlineData(1011, 1)]
    public void AdvanceTo_Deadline_ClosesWhenItIsNotAfterTheWatermark(long watermark, int closed)
    {
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000));
        lane.AdvanceTo(watermark);
        Assert.Equal(closed, lane.Closed.Count);
    }

    [Theory]
    [InlineData(1000, 0)]
    [InlineData(1001, 1)]
    public void AdvanceTo_EndsWith_ClosesWhenItsEventIsBeforeTheWatermark(long watermark, int closed)
    {
        _definition.Options.EndOnPages = ["logout"];
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000, "logout"));
        lane.AdvanceTo(watermark);
        Assert.Equal(closed, lane.Closed.Count);
    }

    [Fact]
    public void AdvanceTo_EventThatEndsTheVisitEarlierComesLater_ClosesByIt()
    {
        _definition.Options.EndOnPages = ["logout"];
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1005));
        Take(lane, 0, Event("u", 1004, "logout"));
        lane.AdvanceTo(1005);

        Assert.Equal("Rule:end-on-page", Assert.Single(lane.Closed).Session.EndReason);
    }

    [Theory]
    [InlineData(1020, EndReasons.EndOfInput)]
    [InlineData(1021, "Inactivity")]
    public void CloseAll_Deadline_IsTheReasonWhenItIsNotAfterT(long endTimeMs, string reason)
    {
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1010));
        lane.CloseAll(endTimeMs);

        Assert.Equal(reason, Assert.Single(lane.Closed).Session.EndReason);
        Assert.Equal(endTimeMs + 1, lane.Watermark);
        Assert.Equal(0, lane.Users);
    }

    [Theory]
    [InlineData("u", false)]
    [InlineData("new", false)]
    [InlineData("u", true)]
    [InlineData("new", true)]
    public void Take_AfterCloseAll_IsLateUpToT(string user, bool restarted)
    {
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000));
        lane.CloseAll(1004);
        lane = restarted ? Restart(lane) : lane;

        Take(lane, 0, Event(user, 1004));
        Assert.Equal(1, lane.Counts.Late);
        Take(lane, 0, Event(user, 1005));
        Assert.Equal(1, lane.Counts.Late);
        Assert.Equal(1, lane.Users);
    }

    [Fact]
    public void HighestEventMs_EventsOutOfOrder_IsTheHighest()
    {
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1005));
        Take(lane, 0, Event("u", 1001));
        Assert.Equal(1005, lane.HighestEventMs);
        Assert.Equal(1005, Restart(lane).HighestEventMs);
    }

    [Theory]
    [InlineData(1984, true)]
    [InlineData(1985, false)]
    public void Take_UserOfWhomNothingIsRemembered_HasAFloorTheTimeoutBeforeTheWatermark(long timeMs, bool isLate)
    {
        Lane lane = NewLane();
        Take(lane, 0, Event("other", 2000));
        Assert.Equal(1995, lane.Watermark);
        Take(lane, 0, Event("u", timeMs));
        Assert.Equal(isLate ? 1 : 0, lane.Counts.Late);
    }

    [Theory]
    [InlineData(1020, 1007, false)]
    [InlineData(1021, 1010, false)]
    [InlineData(1022, 1010, true)]
    public void Take_EventOfAVisitThatIsOver_GoesIntoItUntilTheUserIsForgotten(long watermark, long timeMs, bool isLate)
    {
        // The session closes at 1005, the visit is over at 1011, and the user is forgotten at 1022.
        _definition.Options.MaxSessionDuration = TimeSpan.FromMilliseconds(5);
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000));
        lane.AdvanceTo(watermark);
        Take(lane, 0, Event("u", timeMs));

        Assert.Equal(isLate ? 1 : 0, lane.Counts.Late);
        Assert.Equal(isLate ? 1 : 2, lane.Closed.Count);
        Assert.All(lane.Closed, change => Assert.Equal(1000, change.Session.VisitStartMs));
    }

    [Fact]
    public void Take_EventThatTheNextSessionOfItsVisitFollows_IsNoVisitOfItsOwn()
    {
        _definition.Options.MaxSessionDuration = TimeSpan.FromMilliseconds(5);
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1010));
        lane.AdvanceTo(1014);
        Take(lane, 0, Event("u", 1003));

        Assert.Equal(0, lane.Counts.Late);
        Assert.Equal(["u_session_1003_0", "u_session_1003_1"], lane.Closed.Select(change => change.Session.SessionId));
    }

    [Theory]
    [InlineData(1010, true)]
    [InlineData(1011, false)]
    public void Take_EventBehindAVisitThatEndedWithAnother_IsLateWhenItsOwnVisitIsOver(long timeMs, bool isLate)
    {
        _definition.Options.EndOnPages = ["logout"];
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000, "logout"));
        lane.AdvanceTo(1021);
        Take(lane, 0, Event("u", timeMs));

        Assert.Equal(isLate ? 1 : 0, lane.Counts.Late);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("c", false)]
    public void Take_EventAtTheTimeOfTheOneThatClosed_IsLateWhenItsIdComesBefore(string id, bool isLate)
    {
        _definition.Options.MaxSessionEvents = 1;
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000));
        Take(lane, 0, Event("u", 1001) with { EventId = "b" });
        lane.AdvanceTo(1002);
        Take(lane, 0, Event("u", 1001) with { EventId = id });

        Assert.Equal(isLate ? 1 : 0, lane.Counts.Late);
    }

    [Fact]
    public void Take_EqualTimesOfTwoPartitions_ComeInTheOrderOfThePartitions()
    {
        Lane lane = NewLane(partitions: 2);
        Take(lane, 1, Event("u", 1000, "second"));
        Take(lane, 0, Event("u", 1000, "first"));
        lane.CloseAll(1000);

        Assert.Equal(["first", "second"], Assert.Single(lane.Closed).Session.PagesVisited);
    }

    [Fact]
    public void Take_EqualTimesOfOnePartition_ComeInTheOrderOfPositions()
    {
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000, "first"));
        Take(lane, 0, Event("u", 1000, "second"));
        Take(lane, 0, Event("u", 1000, "third"));
        lane.CloseAll(1000);

        Assert.Equal(["first", "second", "third"], Assert.Single(lane.Closed).Session.PagesVisited);
    }

    [Fact]
    public void Checkpoint_RestoredLane_HasPartitionsAndWatermarkAgain()
    {
        Lane lane = NewLane(partitions: 2);
        Take(lane, 0, Event("u", 1000));
        Take(lane, 1, Event("v", 990));
        Lane restarted = Restart(lane);

        Assert.Equal(lane.Watermark, restarted.Watermark);
        Assert.Equal(lane.Partitions.Select(p => (p.Next, p.ReplayFrom, p.Watermark)), restarted.Partitions.Select(p => (p.Next, p.ReplayFrom, p.Watermark)));
        Assert.Equal(2, restarted.Users);
        Assert.False(restarted.HasChanged);
    }

    [Fact]
    public void AdvanceTo_WatermarkThatIsReachedAlready_ChangesNothing()
    {
        Lane lane = NewLane();
        lane.AdvanceTo(1000);
        lane.Checkpoint(full: true);
        lane.AdvanceTo(1000);
        Assert.False(lane.HasChanged);
    }

    [Fact]
    public void Restart_RuleWithOtherParameters_LeavesWhatWasGivenOutClosed()
    {
        _definition.Options.MaxSessionEvents = 2;
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000));
        Take(lane, 0, Event("u", 1001));
        Take(lane, 0, Event("u", 1002));
        lane.AdvanceTo(1003);
        Assert.Equal(2, Assert.Single(lane.Closed).Session.EventCount);

        _definition.Options.MaxSessionEvents = 100;
        lane = Restart(lane);
        lane.CloseAll(1003);
        Session next = Assert.Single(lane.Closed).Session;
        Assert.Equal((1002, 1, 1), (next.StartMs, next.EventCount, next.SessionIndex));
    }

    [Fact]
    public void AdvanceTo_RuleThatAnswersOtherwiseThanBefore_LeavesWhatWasGivenOutClosed()
    {
        SwitchedRule rule = new() { IsOn = true };
        _definition.Rules.Add(rule);
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000));
        Take(lane, 0, Event("u", 1001));
        rule.IsOn = false;
        lane.AdvanceTo(1002);
        lane.CloseAll(1002);

        Assert.Equal(["u_session_1000_0", "u_session_1000_1"], lane.Closed.Select(change => change.Session.SessionId));
        Assert.All(lane.Closed, change => Assert.Equal(1, change.Session.EventCount));
    }

    [Fact]
    public void Restart_VisitsOfOneMillisecond_AreNumberedOn()
    {
        _definition.Options.EndOnPages = ["logout"];
        Lane lane = NewLane();
        Take(lane, 0, Event("u", 1000, "logout"));
        Take(lane, 0, Event("u", 1000, "logout"));
        lane.AdvanceTo(1001);
        Assert.Equal(["u_session_1000_0", "u_session_1000.1_0"], lane.Closed.Select(change => change.Session.SessionId));

        lane = Restart(lane);
        Take(lane, 0, Event("u", 1000, "logout"));
        lane.CloseAll(1001);
        Assert.Equal("u_session_1000.2_0", Assert.Single(lane.Closed).Session.SessionId);
    }

    private Lane NewLane(int partitions = 1) =>
        new(new LaneId(0), new PipelinePlan(_definition, isStreaming: true), s_partitions.Take(partitions));

    private Lane Restart(Lane lane)
    {
        Lane restarted = NewLane(lane.Partitions.Count);
        restarted.Apply(lane.Checkpoint(full: true).Span);
        restarted.CompleteRestore();
        return restarted;
    }

    private static void Take(Lane lane, int partition, ClickstreamEvent e, long arrivalMs = long.MaxValue)
    {
        LanePartition source = lane.Partitions[partition];
        EventBatch batch = new(EventFields.None);
        batch.Begin(source.Source.Name);
        batch.AddItem(new RecordOrigin(source.Next, ArrivalMs: arrivalMs), e, s_mapper);
        lane.Take(batch, 0, source);
    }

    private static ClickstreamEvent Event(string user, long timeMs, string? page = null) => new(user, timeMs, page);

    /// <summary>Breaks the contract of a rule: its answer depends on when it is asked.</summary>
    private sealed class SwitchedRule() : SessionBoundaryRule("switched", RulePass.Session)
    {
        public bool IsOn { get; set; }

        public override bool StartsNew(in BoundaryContext context) => IsOn;
    }
}
