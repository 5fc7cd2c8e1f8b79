using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Sessionize.Sinks;
using Sessionize.Tests.Documentation;
using Sessionize.Tests.Support;
using Xunit;

#pragma warning disable xUnit1069 // Every test uses the token of its context, by way of Token.

namespace Sessionize.Tests.Diagnostics;

/// <summary>Metrics and health of pipelines, as a host sees them.</summary>
public sealed class PipelineMetricsTests : IAsyncDisposable
{
    private const int TimeoutMs = 300_000;

    private static readonly DateTimeOffset s_start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(s_start.AddHours(1));
    private readonly RecordingSink _sink = new();
    private readonly ServiceProvider _services;
    private readonly SessionizationPipeline _pipeline;
    private readonly MeterRecorder _recorder;

    public PipelineMetricsTests()
    {
        ServiceCollection services = new();
        services.AddLogging().AddMetrics().AddSingleton<TimeProvider>(_clock);
        services.AddSessionization("clicks", sessions => sessions.To(_ => _sink).DeadLettersTo(_ => new InMemoryDeadLetterSink()));
        services.AddHealthChecks().AddSessionization();
        _services = services.BuildServiceProvider();
        _recorder = new MeterRecorder(_services.GetRequiredService<IMeterFactory>());
        _pipeline = _services.GetRequiredService<SessionizationPipeline>();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _recorder.Dispose();
        await _services.DisposeAsync();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Counters_OfARun_CountEachEventAndSessionOnce()
    {
        await RunAsync();

        Assert.Equal(4, Sum("sessionize.events.received"));
        Assert.Equal(1, Sum("sessionize.events.late"));
        Assert.Equal(1, Sum("sessionize.events.bad", ("reason", "MissingUserId")));
        Assert.Equal(1, Sum("sessionize.sessions.closed", ("end_reason", EndReasons.Inactivity)));
        Assert.Equal(1, Sum("sessionize.sessions.closed", ("end_reason", EndReasons.EndOfInput)));
        Assert.Equal(2, Sum("sessionize.commit.rows"));
        Assert.Equal(2, Sum("sessionize.session.events"));
        Assert.Equal(0, Sum("sessionize.session.duration"));
        Assert.Single(_recorder.Collect(), seen => seen.Instrument.Name == "sessionize.close.latency");
        Assert.All(_recorder.Collect(), seen => Assert.Equal("clicks", seen.Tags["sessionize.pipeline"]));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Lag_OfAPartition_IsInRecordsAndSeconds()
    {
        LaggingSource source = new(new ClickstreamEvent("ada", s_start), s_start.AddMinutes(59));
        SessionizationDefinition definition = new()
        {
            Source = _ => source,
            Sink = _ => _sink,
            Trigger = Trigger.Interval(TimeSpan.FromSeconds(1)),
            TimeProvider = _clock,
        };
        await using SessionizationPipeline pipeline = new(definition, _services);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task running = pipeline.RunAsync(stop.Token);
        while (Sum("sessionize.events.received") == 0)
        {
            await Task.Yield();
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        while (!_recorder.Collect().Any(seen => seen.Instrument.Name == "sessionize.source.lag"))
        {
            await Task.Yield();
        }

        (string Key, object Value)[] partition = [("sessionize.lane", 3), ("messaging.destination.partition.id", LaggingSource.Partition)];
        Assert.Equal(9, Sum("sessionize.source.lag", partition));
        Assert.Equal(61, Sum("sessionize.source.lag.time", partition));
        Assert.True(Sum("sessionize.state.memory", ("sessionize.lane", 3)) > 0);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Table_OfThePage_NamesEveryInstrumentWithItsUnit()
    {
        string[] documented =
            [.. ObservabilityPage.Instruments.Select(row => row.Split('|')).Select(cells => $"{cells[1].Trim(' ', '`')} {cells[3].Trim(' ', '`')}")];

        Assert.Equal(
            documented.Order(StringComparer.Ordinal),
            _recorder.Published.Select(instrument => $"{instrument.Name} {instrument.Unit}").Order(StringComparer.Ordinal));
        Assert.All(_recorder.Published, instrument => Assert.Equal(SessionizationPipeline.MeterName, instrument.Meter.Name));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_ByTheStepsOfARun_SaysWhatItIs()
    {
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync()).Status);

        await RunAsync();

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Health_SinkThatFails_IsUnhealthyAndSaysWhy()
    {
        _sink.OnCommit = _ => throw new SessionizeException("the table is gone");

        await Assert.ThrowsAsync<SessionizeException>(() => _pipeline.RunAsync(Token));

        HealthReportEntry entry = await CheckAsync();
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("clicks: The pipeline stopped: the table is gone", entry.Description, StringComparison.Ordinal);
    }

    private async Task<HealthReportEntry> CheckAsync() =>
        (await _services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token)).Entries["sessionize"];

    private async Task RunAsync()
    {
        Task running = _pipeline.RunAsync(Token);
        await _pipeline.PostAsync(new ClickstreamEvent("ada", s_start), Token);
        await _pipeline.PostAsync(new ClickstreamEvent("ada", s_start.AddMinutes(50)), Token);
        await _pipeline.PostAsync(new ClickstreamEvent("ada", s_start), Token);
        await _pipeline.PostAsync(new ClickstreamEvent("", s_start), Token);
        await _pipeline.CompleteAsync(cancellationToken: Token);
        await running;
    }

    private double Sum(string name, params (string Key, object Value)[] tags) => _recorder.Collect()
        .Where(seen => seen.Instrument.Name == name && tags.All(tag => tag.Value.Equals(seen.Tags.GetValueOrDefault(tag.Key))))
        .Sum(seen => seen.Value);
}
