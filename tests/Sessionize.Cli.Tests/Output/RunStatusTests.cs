using Sessionize.Cli.Output;
using Xunit;

namespace Sessionize.Cli.Tests.Output;

public sealed class RunStatusTests
{
    private static readonly DateTimeOffset s_now = new(2024, 5, 6, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Line_OfARunThatGoesOn_HasEverythingAndNoReason()
    {
        RunStatus status = Status(events: 12_000, closed: 30, open: 7, Trigger(lag: 1500, watermark: s_now.AddMinutes(-10)), rate: 2500, quietSeconds: 1);
        Assert.Equal("2,500 events/s  lag 1,500  watermark 05-06 11:50:00  open 7  closed 30  late 2  bad 3  commit 4 s ago", status.Line);
    }

    [Fact]
    public void Line_BeforeTheFirstTrigger_SaysWhenTheFirstCommitComes()
    {
        RunStatus status = Status(0, 0, 0, last: null, rate: 0, quietSeconds: 2);
        Assert.EndsWith("commit none yet  (the first commit comes 30 s after the start)", status.Line, StringComparison.Ordinal);
        Assert.Contains("lag ?  watermark none", status.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 0, 0, null, null, 60, "waits for partitions")]
    [InlineData(1, 0, 0, 0, 0L, null, 60, "waits for events")]
    [InlineData(1, 5, 0, 0, 0L, null, 60, "an event on every partition")]
    [InlineData(1, 5, 0, 0, 0L, -10, 60, "no visit is open")]
    [InlineData(1, 5, 4, 0, 0L, -10, 60, "waits for later events")]
    [InlineData(1, 5, 4, 100, 0L, -10, 60, "no session is due")]
    [InlineData(1, 5, 4, 0, 700L, -10, 60, "reads nothing, although 700 records are there")]
    [InlineData(1, 5, 4, 100, 700L, -10, 1, null)]
    public void WaitsFor_WhenNothingComesOut_IsTheReason(
        int partitions, long events, long open, double rate, long? lag, int? watermarkMinutes, int quietSeconds, string? expected)
    {
        TriggerProgress last = Trigger(lag, watermarkMinutes is { } minutes ? s_now.AddMinutes(minutes) : null) with { Partitions = partitions };
        string? reason = Status(events, closed: 9, open, last, rate, quietSeconds).WaitsFor;
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
        TriggerProgress last = Trigger(lag: 0, s_now.AddMinutes(-10)) with { Time = s_now.AddSeconds(-75) };
        Assert.Equal("waits for the commit, which has taken 45 s", Status(5, 9, 4, last, rate: 100, quietSeconds: 1).WaitsFor);
    }

    [Fact]
    public void LineOf_Trigger_HasTheNamesThatLogsAreSearchedFor()
    {
        string line = RunStatus.LineOf(Trigger(lag: null, watermark: null));
        Assert.All((string[])["inputRowsPerSecond=12.5", "processingTime=80ms", "lag=unknown", "watermark=none", "committed=yes"], part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    private static RunStatus Status(long events, long closed, long open, TriggerProgress? last, double rate, int quietSeconds) => new(
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
        last,
        last is null ? null : s_now.AddSeconds(-4),
        rate,
        TimeSpan.FromSeconds(quietSeconds));

    private static TriggerProgress Trigger(long? lag, DateTimeOffset? watermark) => new()
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
        Watermark = watermark,
        HasCommitted = true,
    };
}
