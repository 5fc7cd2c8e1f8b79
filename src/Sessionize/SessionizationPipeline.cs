using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;
using Sessionize.Engine;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.State;

namespace Sessionize;

/// <summary>A running sessionizer over a stream: from a source, or of posted events, to a sink, exactly once (design section 5).</summary>
/// <remarks>
/// <c>RunAsync</c> is called once. <see cref="PostAsync"/>, <see cref="AdvanceToAsync"/>, <see cref="CompleteAsync"/> and
/// <see cref="ReadSessionsAsync"/> are safe for use by several threads while it runs.
/// </remarks>
public sealed class SessionizationPipeline : IAsyncDisposable, IDisposable
{
    /// <summary>The name of the meter that all instruments of pipelines belong to, for <c>AddMeter</c> of OpenTelemetry.</summary>
    public const string MeterName = "Sessionize";

    /// <summary>The name of the source of spans, one for each commit, for <c>AddSource</c> of OpenTelemetry.</summary>
    public const string ActivitySourceName = "Sessionize";

    private readonly SessionizationDefinition _definition;
    private readonly PipelinePlan _plan;
    private readonly SessionizationContext _context;
    private readonly PostedEventSource? _posted;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackPressure _pressure;
    private readonly SessionReaders _readers;
    private readonly PipelineMetrics _metrics;
    private volatile StreamingEngine? _engine;
    private volatile PipelineCheckup? _checkup;
    private int _isStarted;

    /// <summary>Checks a definition and makes a pipeline of it; nothing is opened before <see cref="RunAsync(CancellationToken)"/>.</summary>
    /// <param name="definition">The definition. Without a source, events are posted; without a sink, sessions are read along.</param>
    /// <param name="services">The container's services, for parts that need them.</param>
    /// <exception cref="SessionizationConfigurationException">The definition has mistakes; the message lists all of them.</exception>
    public SessionizationPipeline(SessionizationDefinition definition, IServiceProvider? services = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _plan = new PipelinePlan(definition, isStreaming: true);
        _definition = definition;
        _context = PipelinePlan.ContextOf(definition, _plan.Rules, services);
        _posted = definition.Source is null ? new PostedEventSource() : null;
        _logger = _context.LoggerFactory.CreateLogger("Sessionize");
        _pressure = new BackPressure(definition.TimeProvider);
        _readers = new SessionReaders(_pressure.Readers);
        _metrics = new PipelineMetrics(definition.Name, services?.GetService(typeof(IMeterFactory)) as IMeterFactory);
    }

    /// <summary>The pipeline's name.</summary>
    public string Name => _definition.Name;

    /// <summary>What the pipeline did since it was opened. Read while it runs, the numbers are of slightly different moments.</summary>
    public SessionizationCounts Counts
    {
        get
        {
            LaneCounts total = _engine?.Total() ?? new LaneCounts();
            return new SessionizationCounts
            {
                Events = total.Events,
                LateEvents = total.Late,
                BadEvents = new SortedDictionary<string, long>(
                    Enum.GetValues<BadEventReason>().Where(reason => total.BadOf(reason) > 0).ToDictionary(reason => reason.ToString(), total.BadOf),
                    StringComparer.Ordinal),
                ClosedSessions = total.Closed,
                OpenUsers = _engine?.Lanes.Sum(lane => (long)lane.Users) ?? 0,
                FailedLanes = _engine?.FailedLanes ?? [],
            };
        }
    }

    /// <summary>How the pipeline is now, and why. Lag alone makes it no worse: a restart cures no lag.</summary>
    public SessionizationHealth Health
    {
        get
        {
            if (_ended.Task.Exception?.InnerException is { } failure)
            {
                return WithoutLanes(SessionizationHealthStatus.Unhealthy, $"The pipeline stopped: {failure.Message}");
            }

            return _ended.Task.IsCompleted ? WithoutLanes(SessionizationHealthStatus.Healthy)
                : _checkup is { } checkup ? checkup.Look()
                : WithoutLanes(SessionizationHealthStatus.Degraded, PipelineCheckup.NotOpened);
        }
    }

    /// <summary>Runs until the source ends, <see cref="CompleteAsync"/> was called, or the token is cancelled; then commits and returns.</summary>
    /// <param name="cancellationToken">Stops the pipeline: what was taken in is committed, open sessions stay in the state.</param>
    /// <exception cref="SessionizeException">Source, store or sink fail, or a rule throws. What was committed stands; a restart goes on from there.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was run before.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default) => RunAsync(progress: null, cancellationToken);

    /// <inheritdoc cref="RunAsync(CancellationToken)"/>
    /// <param name="progress">Is told of each trigger, and of the end, by the thread that runs the pipeline: it should return soon.</param>
    /// <param name="cancellationToken">Stops the pipeline: what was taken in is committed, open sessions stay in the state.</param>
    public async Task RunAsync(IProgress<TriggerProgress>? progress, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isStarted, 1) != 0)
        {
            throw new InvalidOperationException($"The pipeline '{Name}' was run before: make a new one of its definition.");
        }

        try
        {
            await RunOnceAsync(progress, cancellationToken).ConfigureAwait(false);
            End(null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped while it opened its parts: there is nothing to commit.
            End(null);
        }
        catch (Exception exception)
        {
            // The loop's boundary: whoever posts or reads along has to hear of it, too.
            Log.Stopped(_logger, Name, exception);
            End(exception);
            throw;
        }
    }

    /// <summary>Posts an event; waits while the pipeline is behind.</summary>
    /// <param name="e">The event.</param>
    /// <param name="cancellationToken">Stops waiting; then the event was not taken.</param>
    /// <exception cref="InvalidOperationException">The pipeline has a source, or was completed.</exception>
    public ValueTask PostAsync(ClickstreamEvent e, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(e);
        return PostOrThrowAsync(Posted.PostAsync(e, cancellationToken));
    }

    /// <summary>Promises that no further event has an earlier time: sessions that are due by then close.</summary>
    /// <param name="time">The time.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">The pipeline has a source, or was completed.</exception>
    public ValueTask AdvanceToAsync(DateTimeOffset time, CancellationToken cancellationToken = default) =>
        PostOrThrowAsync(Posted.AdvanceAsync(time.ToUnixTimeMilliseconds(), cancellationToken));

    /// <summary>Ends the posted input: all sessions close and are committed.</summary>
    /// <param name="endTime">T of semantics section 2; <see langword="null"/>: the highest event time.</param>
    /// <param name="cancellationToken">Stops waiting; the input ends all the same.</param>
    /// <returns>Done when the pipeline has ended.</returns>
    /// <exception cref="SessionizeException">
    /// T lies below the highest event time: nothing was closed, and the pipeline goes on as if it had not been called. Or the pipeline failed.
    /// </exception>
    /// <exception cref="InvalidOperationException">The pipeline has a source, or was completed.</exception>
    public async Task CompleteAsync(DateTimeOffset? endTime = null, CancellationToken cancellationToken = default)
    {
        PostedCompletion completion = Posted.RequestCompletion(endTime?.ToUnixTimeMilliseconds())
            ?? throw new InvalidOperationException(
                $"The pipeline '{Name}' cannot be completed: it was completed before, or it stopped.", _ended.Task.Exception?.InnerException);
        await completion.Decided.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads along: sessions as they close, before their commit. After a crash some come again, with the same id.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The changes from now on, until the pipeline ends. A reader that is slow makes the pipeline wait.</returns>
    public IAsyncEnumerable<SessionChange> ReadSessionsAsync(CancellationToken cancellationToken = default) =>
        _readers.Add(cancellationToken);

    /// <summary>Ends posting and reading along, and the instruments. A run is not waited for: cancel its token and await it.</summary>
    public void Dispose()
    {
        End(null);
        _metrics.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private static SessionizationHealth WithoutLanes(SessionizationHealthStatus status, params string[] findings) =>
        new() { Status = status, Findings = findings, Lanes = [] };

    private PostedEventSource Posted => _posted
        ?? throw new InvalidOperationException($"The pipeline '{Name}' reads from a source; events are posted to one without.");

    private async ValueTask PostOrThrowAsync(ValueTask posting)
    {
        try
        {
            await posting.ConfigureAwait(false);
        }
        catch (ChannelClosedException exception)
        {
            throw new InvalidOperationException($"The pipeline '{Name}' takes no more events: it was completed, or it stopped.", exception.InnerException);
        }
    }

    private async Task RunOnceAsync(IProgress<TriggerProgress>? progress, CancellationToken cancellationToken)
    {
        await using IEventSource source = _posted ?? _definition.Source!(_context);
        await using ISessionStateStore store = _definition.StateStore?.Invoke(_context) ?? StateStorePlace.Make(_context);
        await using ISessionSink sink = _definition.Sink?.Invoke(_context) ?? new InMemorySessionSink(new InMemorySessionTable());
        ISessionSink[] followers = [.. _definition.Followers.Select(make => make(_context))];
        await using IDeadLetterSink deadLetters = DeadLetterPlace.Make(_definition, _context);
        try
        {
            StreamingEngine engine = new(_plan, sink, followers, store, deadLetters, _definition.TimeProvider, _logger, source as IGroupEventSource, _metrics);
            _engine = engine;
            _metrics.Observe(new PipelineReadings(_plan, engine, _pressure, _definition.TimeProvider, () => !_ended.Task.IsCompleted));
            PipelineLoop loop = new(_plan, _definition, engine, source, progress, _pressure, _readers.ShowAsync);
            _checkup = new PipelineCheckup(_plan, _definition.Trigger.Every, engine, loop, _pressure, source as IEventSourceWarning);
            await loop.RunAsync(cancellationToken).ConfigureAwait(false);
            engine.ThrowIfLanesFailed();
        }
        finally
        {
            foreach (ISessionSink follower in followers)
            {
                await follower.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void End(Exception? exception)
    {
        _readers.End(exception);
        if (exception is null)
        {
            _posted?.Stop(null);
            _ended.TrySetResult();
        }
        else
        {
            _posted?.Stop(exception);
            _ended.TrySetException(exception);
            _ = _ended.Task.Exception;
        }
    }
}
