using Sessionize.Sources;

namespace Sessionize.Engine;

/// <summary>Drives an engine: reads, takes, and commits when the trigger says so. Records are taken while a commit is under way.</summary>
internal sealed partial class PipelineLoop(
    PipelinePlan plan,
    SessionizationDefinition definition,
    StreamingEngine engine,
    IEventSource source,
    IProgress<TriggerProgress>? progress,
    BackPressure pressure,
    Func<IReadOnlyList<SessionChange>, CancellationToken, ValueTask> show)
{
    // So many results wait for the next trigger at most, and as many are in the commit under way: sooner or later memory would hold what a fast
    // reader finds in a long interval.
    internal const int MostWaitingResults = 50_000;

    private readonly TimeProvider _clock = definition.TimeProvider;
    private readonly Trigger _trigger = definition.Trigger;
    private readonly EventBatch _batch = new(plan.Rules.Retained);
    private readonly IGroupEventSource? _group = source as IGroupEventSource;
    private readonly IntakeLimits _limits = new(plan.MaxEventsPerTrigger, plan.MaxEventsPerSecond, definition.TimeProvider);
    private readonly ReadyBatches _ready = new(source, plan.Rules.Retained);
    private readonly TriggerReport _report = new(engine, source, definition.TimeProvider);

    // A change that was seen while intake was stopped, and that is next.
    private AssignmentChange? _nextChange;
    private IReadOnlyList<SourcePartition> _partitions = [];
    private volatile bool _isOpen;

    /// <summary>Whether the source and the lanes that it came with were opened. May be asked by any thread.</summary>
    public bool IsOpen => _isOpen;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long startMs = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        await OpenAsync(await source.OpenAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        _isOpen = true;
        try
        {
            using PeriodicTimer timer = new(_trigger.Every, _clock);
            while (!await RunToEndAsync(timer, startMs, cancellationToken).ConfigureAwait(false))
            {
            }
        }
        finally
        {
            // Whatever ended the run: sink and state are not disposed of while they commit.
            await (_commit?.Outcome as Task ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Whether all was committed; if not, lanes were opened again, and have to be read to their end once more.</returns>
    private async Task<bool> RunToEndAsync(PeriodicTimer timer, long startMs, CancellationToken cancellationToken)
    {
        SourceReadResult end = await ReadToEndAsync(timer, cancellationToken).ConfigureAwait(false);
        if (await EndCommitAsync().ConfigureAwait(false) is { } refused && !await LeaveOrReopenAsync(refused, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await ApplyChangesAsync(isEnding: true, CancellationToken.None).ConfigureAwait(false);
        if (!cancellationToken.IsCancellationRequested)
        {
            engine.EndRebuilding();
        }

        try
        {
            await show(cancellationToken.IsCancellationRequested ? TakeRest() : CloseAtEnd(end, startMs), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Who reads along and is behind misses what closed last. Whatever ended the run, what was taken in is committed.
        }

        _report.BeginTrigger();
        if (await CommitAsync(engine.BeginCommit(force: true)).ConfigureAwait(false) is not { } refusedLast)
        {
            progress?.Report(_report.EndTrigger());
            return true;
        }

        if (_group is null)
        {
            throw new SessionizationFencedException(
                $"The last commit of the pipeline '{plan.Name}' was refused: another process commits for the same lanes. Nothing of it was written; run one process only for each partition.");
        }

        return await LeaveOrReopenAsync(refusedLast, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SourceReadResult> ReadToEndAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using CancellationTokenSource stopRead = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                Task<SourceReadResult> read = ReadAsync(stopRead.Token);
                IReadOnlyList<LaneId>? refused;
                try
                {
                    refused = await TriggerWhileReadingAsync(read, timer, cancellationToken).ConfigureAwait(false);
                }
                catch
                {
                    // The source must not be disposed of while it reads, and what it has read by now is taken in.
                    if (await StopAsync(read, stopRead).ConfigureAwait(false) && cancellationToken.IsCancellationRequested)
                    {
                        engine.Take(_batch);
                    }

                    throw;
                }

                if (refused is null)
                {
                    SourceReadResult result = await read.ConfigureAwait(false);
                    await TakeAsync(result, cancellationToken).ConfigureAwait(false);
                    if (result == SourceReadResult.EndOfInput || (result == SourceReadResult.CaughtUp && _trigger.IsUntilEnd))
                    {
                        return result;
                    }

                    bool isFull = (_trigger.IsUntilEnd && _limits.IsTriggerFull) || engine.WaitingResults >= MostWaitingResults;
                    refused = await TriggerAsync(isFull, timer, cancellationToken).ConfigureAwait(false);
                }
                else if (await StopAsync(read, stopRead).ConfigureAwait(false) && !IsOf(refused, _batch.Partition))
                {
                    // Records of the refused lanes would be of no use: they lie behind the position that is gone back to.
                    await TakeBatchesAsync([_batch], cancellationToken).ConfigureAwait(false);
                }

                if (refused is not null)
                {
                    await ReopenAsync(refused, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return SourceReadResult.CaughtUp;
        }
    }

    /// <summary>Reads when the limits allow it; a change of the partitions does not wait for that.</summary>
    private async Task<SourceReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        // A source that always has records never waits, and so need not hear of it.
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            while (_limits.Pause() is { } pause)
            {
                if (_group is not null && (_nextChange ??= _group.TakeAssignmentChange()) is not null)
                {
                    return SourceReadResult.AssignmentChanged;
                }

                pressure.Limits.Begin();
                await Task.Delay(pause, _clock, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            pressure.Limits.End();
        }

        return await source.ReadAsync(_batch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a read.</summary>
    /// <returns>Whether it had read records.</returns>
    private async Task<bool> StopAsync(Task<SourceReadResult> read, CancellationTokenSource stopRead)
    {
        await stopRead.CancelAsync().ConfigureAwait(false);
        try
        {
            return await read.ConfigureAwait(false) == SourceReadResult.Records && _batch.Next >= 0;
        }
        catch (OperationCanceledException)
        {
            // That is what was asked for.
            return false;
        }
    }

    private async ValueTask TakeAsync(SourceReadResult result, CancellationToken cancellationToken)
    {
        if (result == SourceReadResult.Records && _batch.Next >= 0)
        {
            await TakeBatchesAsync(_ready.Gather(_batch, engine.MayTakeSeveral, _limits), cancellationToken).ConfigureAwait(false);
        }
        else if (result == SourceReadResult.AssignmentChanged)
        {
            await ApplyChangesAsync(isEnding: false, cancellationToken).ConfigureAwait(false);
        }

        if (source is not PostedEventSource posted)
        {
            return;
        }

        if (posted.TakeAdvance() is { } advance)
        {
            await show(engine.AdvanceTo(advance), cancellationToken).ConfigureAwait(false);
        }

        if (posted.TakeCompletion() is { } completion)
        {
            posted.Decide(completion, engine.WhyNotEndAt(completion.EndTimeMs));
        }
    }

    private async ValueTask TakeBatchesAsync(IReadOnlyList<EventBatch> batches, CancellationToken cancellationToken)
    {
        await show(engine.Take(batches), cancellationToken).ConfigureAwait(false);
        if (engine.TakeRebuilt() is { } positions)
        {
            // What the source gave behind the end of the replay was not taken.
            await SeekAsync(positions, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the events that were posted and not read yet: whoever posted them was told that they were taken.</summary>
    private List<SessionChange> TakeRest()
    {
        List<SessionChange> closed = [];
        while (source is PostedEventSource posted && posted.TryReadRest(_batch))
        {
            closed.AddRange(engine.Take(_batch));
            if (posted.TakeAdvance() is { } advance)
            {
                closed.AddRange(engine.AdvanceTo(advance));
            }
        }

        return closed;
    }

    private IReadOnlyList<SessionChange> CloseAtEnd(SourceReadResult end, long startMs)
    {
        // A live trigger whose source ends was given bounded input after all: it closes as completing posted events does.
        EndClosing closing = _trigger.IsUntilEnd ? _trigger.Closing
            : end == SourceReadResult.EndOfInput ? EndClosing.CloseAll((source as PostedEventSource)?.EndTimeMs)
            : EndClosing.LeaveOpen;
        return closing.Kind switch
        {
            EndClosingKind.CloseAll => engine.CloseAll(closing.EndTimeMs ?? (source as PostedEventSource)?.EndTimeMs),
            EndClosingKind.CloseDue => engine.AdvanceTo(startMs - plan.WatermarkDelayMs),
            _ => [],
        };
    }
}
