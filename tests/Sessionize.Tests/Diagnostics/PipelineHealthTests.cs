using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sessionize.Sinks;
using Sessionize.State;
using Sessionize.Tests.Engine;
using Sessionize.Tests.Support;
using Xunit;

#pragma warning disable xUnit1069 // Every test uses the token of its context, by way of Token.

namespace Sessionize.Tests.Diagnostics;

/// <summary>What is said of a pipeline that works, but not as it should, and of one whose commits do not come.</summary>
public sealed class PipelineHealthTests
{
    private const int TimeoutMs = 300_000;

    private static readonly DateTimeOffset s_start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new(s_start.AddHours(4));
    private readonly RecordingSink _sink = new();
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_CommitThatIsTriedAgain_IsDegradedUntilItCameThrough()
    {
        await using SessionizationPipeline pipeline = Pipeline();
        Task run = pipeline.RunAsync(Token);
        await _sink.NextCommitAsync();
        int failures = 1;
        _sink.OnCommit = _ => failures-- > 0 ? throw new IOException("the catalog is away") : Task.CompletedTask;
        await PostClosedSessionAsync(pipeline);
        await UntilAsync(pipeline, health => health.Lanes.Any(lane => lane.Watermark > s_start), TimeSpan.Zero);
        _clock.Advance(s_interval);
        await UntilAsync(pipeline, health => health.Findings.Contains("A commit is tried again: the catalog is away"), TimeSpan.Zero);
        Assert.Equal(SessionizationHealthStatus.Degraded, pipeline.Health.Status);

        // Time that passes for the pause between the tries makes the commit no failure yet.
        await UntilAsync(pipeline, health => health.Status == SessionizationHealthStatus.Healthy, TimeSpan.FromMilliseconds(50));

        await pipeline.CompleteAsync(cancellationToken: Token);
        await run;
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_ClosedSessionsThatWaitForTheirCommit_AreAFailureAfterThreeIntervals()
    {
        await using SessionizationPipeline pipeline = Pipeline();
        Task run = pipeline.RunAsync(Token);
        await _sink.NextCommitAsync();
        _sink.OnCommit = _ => _goOn.Task;

        // Who reads along is shown the session when it is known to wait; the watermark has moved before that.
        IAsyncEnumerator<SessionChange> shown = pipeline.ReadSessionsAsync(Token).GetAsyncEnumerator(Token);
        Task<bool> isShown = shown.MoveNextAsync().AsTask();
        await PostClosedSessionAsync(pipeline);
        Assert.True(await isShown);
        await shown.DisposeAsync();
        Assert.Equal(SessionizationHealthStatus.Healthy, pipeline.Health.Status);

        _clock.Advance(3 * s_interval);
        Assert.Equal(SessionizationHealthStatus.Healthy, pipeline.Health.Status);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(SessionizationHealthStatus.Unhealthy, pipeline.Health.Status);
        Assert.Equal("Closed sessions or dead letters have waited for their commit for 91 s; the limit is 90 s.", Assert.Single(pipeline.Health.Findings));
        _goOn.SetResult();
        await UntilAsync(pipeline, health => health.Status == SessionizationHealthStatus.Healthy, TimeSpan.Zero);
        await pipeline.CompleteAsync(cancellationToken: Token);
        await run;
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_InputWithoutResults_MayWaitForMaxCommitDelayBesides()
    {
        await using SessionizationPipeline pipeline = Pipeline();
        Task run = pipeline.RunAsync(Token);
        await _sink.NextCommitAsync();
        _sink.OnCommit = _ => _goOn.Task;
        await pipeline.PostAsync(new ClickstreamEvent("ada", s_start), Token);
        await UntilAsync(pipeline, health => health.Lanes.Any(lane => lane.OpenUsers == 1), TimeSpan.Zero);
        TimeSpan limit = (3 * s_interval) + new SessionizationOptions().MaxCommitDelay;

        _clock.Advance(limit);
        Assert.Equal(SessionizationHealthStatus.Healthy, pipeline.Health.Status);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(SessionizationHealthStatus.Unhealthy, pipeline.Health.Status);
        Assert.StartsWith("Nothing was committed for", Assert.Single(pipeline.Health.Findings), StringComparison.Ordinal);
        _goOn.SetResult();
        await pipeline.CompleteAsync(cancellationToken: Token);
        await run;
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_PosterWhoIsFenced_IsUnhealthyAndSaysByWhom()
    {
        await using SessionizationPipeline pipeline = Pipeline();
        Task run = pipeline.RunAsync(Token);
        await _sink.NextCommitAsync();
        _sink.Outcome = SinkCommitOutcome.Refused;
        await pipeline.PostAsync(new ClickstreamEvent("ada", s_start), Token);
        await Assert.ThrowsAsync<SessionizationFencedException>(() => pipeline.CompleteAsync(cancellationToken: Token));
        await Assert.ThrowsAsync<SessionizationFencedException>(() => run);

        Assert.Equal(SessionizationHealthStatus.Unhealthy, pipeline.Health.Status);
        Assert.Contains("another process commits for the same lanes", Assert.Single(pipeline.Health.Findings), StringComparison.Ordinal);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_RefusedCommit_IsDegradedUntilTheNext()
    {
        MemoryGroup group = new(partitions: 1);
        MemoryGroupSource member = new(group);
        await using SessionizationPipeline pipeline = new(new SessionizationDefinition
        {
            Source = _ => member,
            StateStore = _ => new InMemorySessionStateStore(),
            Sink = _ => _sink,
            Trigger = Trigger.Interval(s_interval),
            TimeProvider = _clock,
        });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task run = pipeline.RunAsync(stop.Token);
        member.Assign(0);
        await _sink.NextCommitAsync();
        _sink.Outcome = SinkCommitOutcome.Refused;
        int commits = 0;
        _sink.OnCommit = async _ =>
        {
            if (++commits == 2)
            {
                // The lane is being opened again.
                await _goOn.Task;
                _sink.Outcome = SinkCommitOutcome.Committed;
            }
        };
        group.Append(new ClickstreamEvent("ada", s_start));
        await UntilAsync(pipeline, _ => commits == 2, advance: s_interval);

        Assert.Contains("1 commits in a row were refused: another process commits for the same lanes.", pipeline.Health.Findings);
        _goOn.SetResult();
        await UntilAsync(pipeline, health => health.Status == SessionizationHealthStatus.Healthy, TimeSpan.Zero);
        await stop.CancelAsync();
        await run;
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_IntakeThatWaitsForItsLimit_IsDegraded()
    {
        await using SessionizationPipeline pipeline = Pipeline(options => options.MaxEventsPerTrigger = 1);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task run = pipeline.RunAsync(stop.Token);
        await pipeline.PostAsync(new ClickstreamEvent("ada", s_start), Token);
        await pipeline.PostAsync(new ClickstreamEvent("ada", s_start), Token);

        await UntilAsync(pipeline, health => health.Findings.Contains("Intake waits for MaxEventsPerTrigger or MaxEventsPerSecond."), TimeSpan.Zero);

        Assert.Equal(SessionizationHealthStatus.Degraded, pipeline.Health.Status);
        await stop.CancelAsync();
        await run;
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_ReaderWhoTakesNothing_IsNamedAsWhatIsInTheWay()
    {
        await using SessionizationPipeline pipeline = Pipeline();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task run = pipeline.RunAsync(stop.Token);
        IAsyncEnumerable<SessionChange> idle = pipeline.ReadSessionsAsync(Token);
        for (int user = 0; user < 1100; user++)
        {
            await pipeline.PostAsync(new ClickstreamEvent($"user-{user}", s_start), Token);
        }

        await pipeline.PostAsync(new ClickstreamEvent("late", s_start.AddHours(3)), Token);

        await UntilAsync(pipeline, health => health.Findings.Contains("Intake waits for one who reads sessions along and is slow."), TimeSpan.Zero);
        GC.KeepAlive(idle);
        await stop.CancelAsync();
        await run;
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Counters_LanesThatMove_NeverFallAndCountEachEventOnce()
    {
        MemoryGroup group = new(partitions: 4);
        InMemorySessionTable table = new();
        InMemoryStateFolder folder = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        MemoryGroupSource[] members = [new(group), new(group)];
        ServiceProvider[] services = [.. members.Select(_ => new ServiceCollection().AddMetrics().BuildServiceProvider())];
        MeterRecorder[] recorders = [.. services.Select(provider => new MeterRecorder(provider.GetRequiredService<IMeterFactory>()))];
        SessionizationPipeline[] pipelines = [.. members.Zip(services, (member, provider) => new SessionizationPipeline(
            new SessionizationDefinition
            {
                Source = _ => member,
                StateStore = _ => new InMemorySessionStateStore(folder),
                Sink = _ => new InMemorySessionSink(table),
                Trigger = Trigger.Interval(TimeSpan.FromMilliseconds(1)),
            },
            provider))];
        Task[] runs = [.. pipelines.Select(pipeline => Task.Run(() => pipeline.RunAsync(stop.Token), Token))];
        members[0].Assign(0, 1, 2, 3);
        Dictionary<string, double> before = [];
        int appended = 0;
        for (int step = 0; step < 24; step++)
        {
            for (int i = 0; i < 10; i++, appended++)
            {
                group.Append(new ClickstreamEvent($"user-{i}", s_start.AddMinutes(appended)));
            }

            int number = step % 4;
            int owner = step / 4 % 2;
            await members[owner].RevokeAsync(number, TimeSpan.FromSeconds(30)).WaitAsync(Token);
            members[1 - owner].Assign(number);
            foreach ((string key, double value) in Received(recorders))
            {
                Assert.True(value >= before.GetValueOrDefault(key), $"{key} fell from {before.GetValueOrDefault(key)} to {value}");
                before[key] = value;
            }
        }

        while (Received(recorders).Values.Sum() < appended)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll(runs);

        Assert.Equal(appended, Received(recorders).Values.Sum());
        Assert.Equal(2 * group.Count, before.Count);
        foreach (int member in Enumerable.Range(0, members.Length))
        {
            await pipelines[member].DisposeAsync();
            recorders[member].Dispose();
            await services[member].DisposeAsync();
        }
    }

    /// <summary>A pipeline that reads posted events, closes sessions with the next event of a later time, and commits by the test's clock.</summary>
    private SessionizationPipeline Pipeline(Action<SessionizationOptions>? configure = null)
    {
        SessionizationDefinition definition = new() { Sink = _ => _sink, Trigger = Trigger.Interval(s_interval), TimeProvider = _clock };
        configure?.Invoke(definition.Options);
        return new SessionizationPipeline(definition);
    }

    private static async Task PostClosedSessionAsync(SessionizationPipeline pipeline)
    {
        await pipeline.PostAsync(new ClickstreamEvent("ada", s_start), Token);
        await pipeline.PostAsync(new ClickstreamEvent("ada", s_start.AddHours(3)), Token);
    }

    private async Task UntilAsync(SessionizationPipeline pipeline, Func<SessionizationHealth, bool> isSo, TimeSpan advance)
    {
        while (!isSo(pipeline.Health))
        {
            _clock.Advance(advance);
            await Task.Yield();
        }
    }

    /// <summary>The events that were received, by member and lane.</summary>
    private static Dictionary<string, double> Received(MeterRecorder[] recorders) => recorders.SelectMany((recorder, member) => recorder.Collect()
            .Where(seen => seen.Instrument.Name == "sessionize.events.received")
            .Select(seen => (Key: $"member {member}, lane {seen.Tags["sessionize.lane"]}", seen.Value)))
        .ToDictionary(seen => seen.Key, seen => seen.Value);
}
