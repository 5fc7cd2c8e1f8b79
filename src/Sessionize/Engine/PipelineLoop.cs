using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;
using Sessionize.Sources;

namespace Sessionize.Engine;

/// <summary>Drives an engine: reads, takes, and commits when the trigger says so.</summary>
internal sealed class PipelineLoop(
    PipelinePlan plan,
    SessionizationDefinition definition,
    StreamingEngine engine,
    IEventSource source,
    IProgress<TriggerProgress>? progress,
    ILogger logger,
    BackPressure pressure,
    Func<IReadOnlyList<SessionChange>, CancellationToken, ValueTask> show)
{
    // So many results wait for the next trigger at most: sooner or later memory would hold what a fast reader finds in a long interval.
    internal const int MostWaitingResults = 100_000;

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
        using PeriodicTimer timer = new(_trigger.Every, _clock);
        while (true)
        {
            SourceReadResult end = await ReadToEndAsync(timer, cancellationToken).ConfigureAwait(false);
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
            if (await CommitAsync(force: true, CancellationToken.None).ConfigureAwait(false) is not { } refused)
            {
                progress?.Report(_report.EndTrigger());
                return;
            }

            if (_group is null)
            {
                throw new SessionizationFencedException(
                    $"The last commit of the pipeline '{plan.Name}' was refused: another process commits for the same lanes. Nothing of it was written; run one process only for each partition.");
            }

            if (cancellationToken.IsCancellationRequested)
            {
                // Whoever has the lanes next goes on from their last commit.
                Log.Refused(logger, plan.Name);
                return;
            }

            await ReopenAsync(refused, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SourceReadResult> ReadToEndAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stopTimer = new();
        Task<bool> tick = timer.WaitForNextTickAsync(stopTimer.Token).AsTask();
        try
        {
            while (true)
            {
                using CancellationTokenSource stopRead = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                Task<SourceReadResult> read = ReadAsync(stopRead.Token);
                IReadOnlyList<LaneId>? refused = null;
                try
                {
                    while (refused is null && await Task.WhenAny(read, tick).ConfigureAwait(false) != read)
                    {
                        refused = await TickAsync(isDue: true, cancellationToken).ConfigureAwait(false);
                        tick = timer.WaitForNextTickAsync(stopTimer.Token).AsTask();
                    }
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

                    bool isDue = tick.IsCompleted;
                    bool isFull = (_trigger.IsUntilEnd && _limits.IsTriggerFull) || engine.WaitingResults >= MostWaitingResults;
                    if (!isDue && !isFull)
                    {
                        continue;
                    }

                    refused = await TickAsync(isDue || _trigger.IsUntilEnd, cancellationToken).ConfigureAwait(false);
                    tick = isDue ? timer.WaitForNextTickAsync(stopTimer.Token).AsTask() : tick;
                }

                if (refused is not null)
                {
                    // Records of the refused lanes are of no use: they lie behind the position that is gone back to.
                    if (await StopAsync(read, stopRead).ConfigureAwait(false) && !IsOf(refused, _batch.Partition))
                    {
                        await TakeBatchesAsync([_batch], cancellationToken).ConfigureAwait(false);
                    }

                    await ReopenAsync(refused, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return SourceReadResult.CaughtUp;
        }
        finally
        {
            await stopTimer.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Reads when the limits allow it; a change of the partitions does not wait for that.</summary>
    private async Task<SourceReadResult> ReadAsync(CancellationToken cancellationToken)
    {
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

    private async ValueTask<IReadOnlyList<LaneId>?> TickAsync(bool isDue, CancellationToken cancellationToken)
    {
        _report.BeginTrigger();
        await show(engine.AdvanceIdle(source.EndOf), cancellationToken).ConfigureAwait(false);

        // Not to be cancelled: a commit that broke off half-way would leave this process behind versions that nobody has.
        IReadOnlyList<LaneId>? refused = await CommitAsync(force: false, CancellationToken.None).ConfigureAwait(false);
        if (isDue)
        {
            _limits.BeginTrigger();
        }

        progress?.Report(_report.EndTrigger());
        return refused;
    }

    private ValueTask<IReadOnlyList<LaneId>?> CommitAsync(bool force, CancellationToken cancellationToken) =>
        CommitAsync(engine.BeginCommit(force), cancellationToken);

    /// <returns>The lanes of a refused commit, which have to be opened again; <see langword="null"/> when there are none.</returns>
    private async ValueTask<IReadOnlyList<LaneId>?> CommitAsync(CommitBarrier? barrier, CancellationToken cancellationToken)
    {
        if (barrier is null)
        {
            return null;
        }

        if (!await engine.CommitAsync(barrier, cancellationToken).ConfigureAwait(false))
        {
            return [.. barrier.Commit.Lanes.Select(lane => lane.Lane)];
        }

        _report.HasCommitted();
        _group?.Committed([.. barrier.Commit.Lanes.SelectMany(lane => lane.Positions)]);
        return null;
    }

    private async ValueTask ApplyChangesAsync(bool isEnding, CancellationToken cancellationToken)
    {
        while ((_nextChange ?? _group?.TakeAssignmentChange()) is { } change)
        {
            _nextChange = null;
            if (!isEnding || change.Kind != AssignmentChangeKind.Assigned)
            {
                await ApplyAsync(change, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask ApplyAsync(AssignmentChange change, CancellationToken cancellationToken)
    {
        if (change.Kind == AssignmentChangeKind.Assigned)
        {
            await OpenAsync(change.Partitions, cancellationToken).ConfigureAwait(false);
            return;
        }

        HashSet<LaneId> leaving = [.. change.Partitions.Select(partition => partition.Lane)];
        _partitions = [.. _partitions.Where(partition => !leaving.Contains(partition.Lane))];
        if (change.Kind == AssignmentChangeKind.Revoked)
        {
            // A commit that takes too long is not broken off. Should the next owner be faster, then it is refused, and nothing of it stays.
            Task commit = CommitAsync(engine.BeginCommit(leaving), CancellationToken.None).AsTask();
            using CancellationTokenSource stopWaiting = new();
            await Task.WhenAny(commit, Task.Delay(change.Patience, _clock, stopWaiting.Token)).ConfigureAwait(false);
            await stopWaiting.CancelAsync().ConfigureAwait(false);
            _group!.Release(change);
            await commit.ConfigureAwait(false);
        }

        engine.Drop(leaving);
    }

    /// <summary>Opens the lanes of partitions that this process reads from now on.</summary>
    private async ValueTask OpenAsync(IReadOnlyList<SourcePartition> partitions, CancellationToken cancellationToken)
    {
        _partitions = [.. _partitions, .. partitions];
        await SeekAsync(await engine.OpenAsync(partitions, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (!source.CanSeek)
        {
            engine.EndRebuilding();
        }
    }

    private bool IsOf(IReadOnlyList<LaneId> lanes, string partition) =>
        _partitions.Any(known => known.Name == partition && lanes.Contains(known.Lane));

    private async ValueTask ReopenAsync(IReadOnlyList<LaneId> refused, CancellationToken cancellationToken)
    {
        if (!source.CanSeek)
        {
            throw new SessionizationFencedException(
                $"The pipeline '{plan.Name}' was refused: another process commits for the same lanes, and the source cannot be read again. "
                + "Run one process only, or give this pipeline a name of its own.");
        }

        IReadOnlyDictionary<string, long> positions = await engine.ReloadAsync(
            [.. _partitions.Where(partition => refused.Contains(partition.Lane))], cancellationToken).ConfigureAwait(false);
        await SeekAsync(positions, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SeekAsync(IReadOnlyDictionary<string, long> positions, CancellationToken cancellationToken)
    {
        foreach (SourcePartition partition in _partitions)
        {
            if (source.CanSeek && positions.TryGetValue(partition.Name, out long position))
            {
                await source.SeekAsync(partition.Name, position, cancellationToken).ConfigureAwait(false);
            }
        }
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
