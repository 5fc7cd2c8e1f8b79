using Microsoft.Extensions.Time.Testing;
using Sessionize.Engine;
using Sessionize.Tests.Support;
using Xunit;

#pragma warning disable xUnit1069 // Every test uses the token of its context, by way of Token.

namespace Sessionize.Tests.Engine;

/// <summary>How many events are taken in, for each trigger and each second.</summary>
public sealed class IntakeLimitsTests
{
    private const int TimeoutMs = 300_000;
    private const long BaseMs = 1_704_082_500_000;
    private const int Events = 25;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Pause_TriggerThatIsFull_LastsUntilTheNext()
    {
        IntakeLimits limits = new(perTrigger: 3, perSecond: null, new FakeTimeProvider());
        limits.Add(2);
        Assert.Null(limits.Pause());
        limits.Add(2);
        Assert.True(limits.IsTriggerFull);
        Assert.NotNull(limits.Pause());
        limits.BeginTrigger();
        Assert.Null(limits.Pause());
    }

    [Fact]
    public void Pause_Rate_IsKeptAndSavesNothingUp()
    {
        FakeTimeProvider clock = new();
        IntakeLimits limits = new(perTrigger: null, perSecond: 10, clock);
        clock.Advance(TimeSpan.FromHours(1));
        limits.Add(20);
        clock.Advance(TimeSpan.FromSeconds(1.95));
        Assert.Equal(TimeSpan.FromMilliseconds(50), limits.Pause());
        clock.Advance(TimeSpan.FromSeconds(0.05));
        Assert.Null(limits.Pause());
        limits.Add(10);
        Assert.NotNull(limits.Pause());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_UntilEnd_CommitsAtOnceWhenATriggerIsFull()
    {
        Recorder recorder = new();
        await using SessionizationPipeline pipeline = new(Definition(new FakeTimeProvider(), Trigger.UntilEnd()));
        await pipeline.RunAsync(recorder, Token);
        Assert.Equal([10, 10, 5], recorder.Seen.Select(trigger => trigger.InputRows));
        Assert.All(recorder.Seen, trigger => Assert.Equal(1, trigger.Partitions));
        Assert.Equal(Events, pipeline.Counts.Events);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_Interval_TakesNoMoreUntilTheNextTrigger()
    {
        FakeTimeProvider clock = new();
        Recorder recorder = new();
        await using SessionizationPipeline pipeline = new(Definition(clock, Trigger.Interval(TimeSpan.FromSeconds(30))));
        Task run = Task.Run(() => pipeline.RunAsync(recorder, Token), Token);
        while (!run.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await run;
        Assert.All(recorder.Seen, trigger => Assert.InRange(trigger.InputRows, 0, 10));
        Assert.Equal(Events, recorder.Seen.Sum(trigger => trigger.InputRows));
        Assert.Equal(recorder.Seen.Sum(trigger => trigger.ClosedSessions), pipeline.Counts.ClosedSessions);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task RunAsync_ManySessionsWaitForTheTrigger_AreCommittedBeforeIt()
    {
        // The clock stands still, so no trigger is due.
        FakeTimeProvider clock = new(DateTimeOffset.FromUnixTimeMilliseconds(BaseMs));
        RecordingSink sink = new();
        SessionizationDefinition definition = SessionizationDefinition.Build(
            sessions => sessions.FromItems(HourlyAsync(PipelineLoop.MostWaitingResults + 2), e => e).To(_ => sink));
        definition.TimeProvider = clock;
        definition.Trigger = Trigger.Interval(TimeSpan.FromHours(1));
        definition.Options.WatermarkDelay = TimeSpan.Zero;
        int beforeTheLast = 0;
        sink.OnCommit = _ =>
        {
            beforeTheLast = sink.Sessions.Count;
            return Task.CompletedTask;
        };
        await using SessionizationPipeline pipeline = new(definition);

        await pipeline.RunAsync(Token);

        Assert.InRange(beforeTheLast, PipelineLoop.MostWaitingResults, PipelineLoop.MostWaitingResults + 1);
        Assert.Equal(PipelineLoop.MostWaitingResults + 2, sink.Sessions.Count);
    }

    private static async IAsyncEnumerable<ClickstreamEvent> HourlyAsync(int events)
    {
        await Task.Yield();
        for (int i = 0; i < events; i++)
        {
            yield return new ClickstreamEvent("ada", BaseMs - ((events - i) * 3_600_000L));
        }
    }

    private static SessionizationDefinition Definition(TimeProvider clock, Trigger trigger)
    {
        SessionizationDefinition definition = SessionizationDefinition.Build(
            sessions => sessions.FromItems(ItemsAsync(), e => e).To(_ => new RecordingSink()).WithOptions(options => options.MaxEventsPerTrigger = 10));
        definition.TimeProvider = clock;
        definition.Trigger = trigger;
        return definition;
    }

    private static async IAsyncEnumerable<ClickstreamEvent> ItemsAsync()
    {
        for (int i = 0; i < Events; i++)
        {
            await Task.Yield();
            yield return new ClickstreamEvent($"user-{i % 3}", BaseMs + (i * 600_000)) { PageName = "home" };
        }
    }

    private sealed class Recorder : IProgress<TriggerProgress>
    {
        public List<TriggerProgress> Seen { get; } = [];

        public void Report(TriggerProgress value) => Seen.Add(value);
    }
}
