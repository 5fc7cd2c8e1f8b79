using System.Runtime.CompilerServices;
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
/// <see cref="RunAsync"/> is called once. <see cref="PostAsync"/>, <see cref="AdvanceToAsync"/>, <see cref="CompleteAsync"/> and
/// <see cref="ReadSessionsAsync"/> are safe for use by several threads while it runs.
/// </remarks>
public sealed class SessionizationPipeline : IAsyncDisposable, IDisposable
{
    private readonly SessionizationDefinition _definition;
    private readonly PipelinePlan _plan;
    private readonly SessionizationContext _context;
    private readonly PostedEventSource? _posted;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _readersLock = new();
    private readonly List<Channel<SessionChange>> _readers = [];
    private StreamingEngine? _engine;
    private bool _isEnded;
    private int _isStarted;

    /// <summary>Checks a definition and makes a pipeline of it; nothing is opened before <see cref="RunAsync"/>.</summary>
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
    }

    /// <summary>The pipeline's name.</summary>
    public string Name => _definition.Name;

    /// <summary>What the pipeline did since it was opened. Read while it runs, the numbers are of slightly different moments.</summary>
    public SessionizationCounts Counts
    {
        get
        {
            Lane[] lanes = _engine is { } engine ? [.. engine.Lanes] : [];
            return new SessionizationCounts
            {
                Events = lanes.Sum(lane => lane.Counts.Events),
                LateEvents = lanes.Sum(lane => lane.Counts.Late),
                BadEvents = new SortedDictionary<string, long>(
                    Enum.GetValues<BadEventReason>().Where(reason => lanes.Any(lane => lane.Counts.BadOf(reason) > 0))
                        .ToDictionary(reason => reason.ToString(), reason => lanes.Sum(lane => lane.Counts.BadOf(reason))),
                    StringComparer.Ordinal),
                ClosedSessions = lanes.Sum(lane => lane.Counts.Closed),
                OpenUsers = lanes.Sum(lane => (long)lane.Users),
                FailedLanes = _engine?.FailedLanes ?? [],
            };
        }
    }

    /// <summary>Runs until the source ends, <see cref="CompleteAsync"/> was called, or the token is cancelled; then commits and returns.</summary>
    /// <param name="cancellationToken">Stops the pipeline: what was taken in is committed, open sessions stay in the state.</param>
    /// <exception cref="SessionizeException">Source, store or sink fail, or a rule throws. What was committed stands; a restart goes on from there.</exception>
    /// <exception cref="InvalidOperationException">The pipeline was run before.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isStarted, 1) != 0)
        {
            throw new InvalidOperationException($"The pipeline '{Name}' was run before: make a new one of its definition.");
        }

        try
        {
            await RunOnceAsync(cancellationToken).ConfigureAwait(false);
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
    public IAsyncEnumerable<SessionChange> ReadSessionsAsync(CancellationToken cancellationToken = default)
    {
        // Subscribed now, not at the first MoveNext: what closes in between must not be missed.
        Channel<SessionChange> reader = Channel.CreateBounded<SessionChange>(1024);
        lock (_readersLock)
        {
            if (_isEnded)
            {
                reader.Writer.TryComplete();
            }
            else
            {
                _readers.Add(reader);
            }
        }

        return ReadAsync(reader, cancellationToken);
    }

    /// <summary>Ends posting and reading along. A run is not waited for: cancel its token and await it.</summary>
    public void Dispose() => End(null);

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

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

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await using IEventSource source = _posted ?? _definition.Source!(_context);
        await using ISessionStateStore store = _definition.StateStore?.Invoke(_context) ?? StateStorePlace.Make(_context);
        await using ISessionSink sink = _definition.Sink?.Invoke(_context) ?? new InMemorySessionSink(new InMemorySessionTable());
        ISessionSink[] followers = [.. _definition.Followers.Select(make => make(_context))];
        await using IDeadLetterSink deadLetters = DeadLetterPlace.Make(_definition, _context);
        try
        {
            StreamingEngine engine = new(_plan, sink, followers, store, deadLetters, _definition.TimeProvider, _logger, source as IGroupEventSource);
            _engine = engine;
            await new PipelineLoop(_plan, _definition, engine, source, _logger, ShowAsync).RunAsync(cancellationToken).ConfigureAwait(false);
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

    private async ValueTask ShowAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
        {
            return;
        }

        Channel<SessionChange>[] readers;
        lock (_readersLock)
        {
            readers = [.. _readers];
        }

        foreach (Channel<SessionChange> reader in readers)
        {
            foreach (SessionChange change in changes)
            {
                while (!reader.Writer.TryWrite(change) && await reader.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false))
                {
                }
            }
        }
    }

    private async IAsyncEnumerable<SessionChange> ReadAsync(
        Channel<SessionChange> reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (SessionChange change in reader.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            // One that stops reading must not make the pipeline wait for ever.
            reader.Writer.TryComplete();
            lock (_readersLock)
            {
                _readers.Remove(reader);
            }
        }
    }

    private void End(Exception? exception)
    {
        lock (_readersLock)
        {
            _isEnded = true;
            foreach (Channel<SessionChange> reader in _readers)
            {
                reader.Writer.TryComplete(exception);
            }
        }

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
