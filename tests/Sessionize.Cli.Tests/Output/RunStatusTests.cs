using Sessionize.Cli.Output;
using Xunit;

namespace Sessionize.Cli.Tests.Output;

public sealed class RunStatusTests
{
    private static readonly DateTimeOffset s_now = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Line_OfARunThatGoesOn_HasEverythingAndNoReason()
    {
        RunStatus status = Status(events: 12_000, closed: 30, open: 7, Trigger(lag: 1500), rate: 2500, quietSeconds: 1, Lane(-10), Lane(-3));
        Assert.Equal("2,500 events/s  lag 1,500  watermark 05-06 11:50:00  open 7  closed 30  late 2  bad 3  commit 4 s ago", status.Line);
    }

    [Fact]
    public void Line_BeforeTheFirstTrigger_SaysWhenTheFirstCommitComes()
    {
        RunStatus status = Status(0, 0, 0, last: null, rate: 0, quietSeconds: 2, Lane(null));
        Assert.EndsWith("commit none yet  (the first commit comes 30 s after the start)", status.Line, StringComparison.Ordinal);
        Assert.Contains("lag ?  watermark none", status.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void WaitsFor_WhatIsInTheWay_IsThat()
    {
        RunStatus status = Status(0, 0, 0, last: null, rate: 0, quietSeconds: 60);
        RunStatus opening = status with { Health = status.Health with { Findings = ["The pipeline has not opened its source, state and sink yet."] } };
        Assert.Equal("the pipeline has not opened its source, state and sink yet", opening.WaitsFor);
        Assert.Equal("the pipeline has not opened its source, state and sink yet", (opening with { Last = Trigger(lag: 9), Health = opening.Health with { Lanes = [Lane(-10)] } }).WaitsFor);
    }

    [Theory]
    [InlineData(false, 0, 0, 0, null, null, 60, "waits for partitions")]
    [InlineData(true, 0, 0, 0, 0L, null, 60, "waits for events")]
    [InlineData(true, 5, 0, 0, 0L, null, 60, "an event on every partition")]
    [InlineData(true, 5, 0, 0, 0L, -10, 60, "no visit is open")]
    [InlineData(true, 5, 4, 0, 0L, -10, 60, "waits for later events")]
    [InlineData(true, 5, 4, 100, 0L, -10, 60, "no session is due")]
    [InlineData(true, 5, 4, 0, 700L, -10, 60, "reads nothing, although 700 records are there")]
    [InlineData(true, 5, 4, 100, 700L, -10, 1, null)]
    public void WaitsFor_WhenNothingComesOut_IsTheReason(
        bool hasLane, long events, long open, double rate, long? lag, int? watermarkMinutes, int quietSeconds, string? expected)
    {
        string? reason = Status(events, closed: 9, open, Trigger(lag), rate, quietSeconds, hasLane ? [Lane(watermarkMinutes)] : []).WaitsFor;
        if (expected is null)
        {
            Assert.Null(reason);
        }
        else
        {
            Assert.Contains(expected, reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WaitsFor_TriggerThatDoesNotEnd_IsTheCommit()
    {
        TriggerProgress last = Trigger(lag: 0) with { Time = s_now.AddSeconds(-75) };
        Assert.Equal("waits for the commit, which has taken 45 s", Status(5, 9, 4, last, rate: 100, quietSeconds: 1, Lane(-10)).WaitsFor);
    }

    [Fact]
    public void LineOf_Trigger_HasTheNamesThatLogsAreSearchedFor()
    {
        string line = RunStatus.LineOf(Trigger(lag: null));
        Assert.All((string[])["inputRowsPerSecond=12.5", "processingTime=80ms", "lag=unknown", "watermark=none", "committed=yes"], part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    private static RunStatus Status(long events, long closed, long open, TriggerProgress? last, double rate, int quietSeconds, params LaneHealth[] lanes) => new(
        s_now,
        TimeSpan.FromSeconds(30),
        new SessionizationCounts
        {
            Events = events,
            LateEvents = 2,
            BadEvents = new Dictionary<string, long> { ["MalformedJson"] = 1, ["BadTimestamp"] = 2 },
            ClosedSessions = closed,
            OpenUsers = open,
        },
        new SessionizationHealth { Status = SessionizationHealthStatus.Healthy, Findings = [], Lanes = lanes },
        last,
        last is null ? null : s_now.AddSeconds(-4),
        rate,
        TimeSpan.FromSeconds(quietSeconds));

    private static LaneHealth Lane(int? watermarkMinutes) => new(
        new LaneId(0), watermarkMinutes is { } minutes ? s_now.AddMinutes(minutes) : null, new Dictionary<string, long>(), OpenUsers: 0);

    private static TriggerProgress Trigger(long? lag) => new()
    {
        Time = s_now.AddSeconds(-4),
        InputRows = 100,
        InputRowsPerSecond = 12.5,
        ProcessingTime = TimeSpan.FromMilliseconds(80),
        ClosedSessions = 0,
        LateEvents = 0,
        BadEvents = 0,
        OpenUsers = 0,
        Partitions = 1,
        Lag = lag,
        Watermark = null,
        HasCommitted = true,
    };
}
