using Sessionize.Sources;

namespace Sessionize.Engine;

/// <summary>Drives an engine: reads, takes, and commits when the trigger says so.</summary>
internal sealed class PipelineLoop(
    PipelinePlan plan,
    SessionizationDefinition definition,
    StreamingEngine engine,
    IEventSource source,
    Func<IReadOnlyList<SessionChange>, CancellationToken, ValueTask> show)
{
    private readonly TimeProvider _clock = definition.TimeProvider;
    private readonly Trigger _trigger = definition.Trigger;
    private readonly EventBatch _batch = new(plan.Rules.Retained);
    private IReadOnlyList<SourcePartition> _partitions = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long startMs = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        _partitions = await source.OpenAsync(cancellationToken).ConfigureAwait(false);
        await SeekAsync(await engine.OpenAsync(_partitions, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        using PeriodicTimer timer = new(_trigger.Every, _clock);
        SourceReadResult end = await ReadToEndAsync(timer, cancellationToken).ConfigureAwait(false);

        // Whatever ended the reading, the token too, what was taken in is committed.
        if (!cancellationToken.IsCancellationRequested)
        {
            await show(CloseAtEnd(end, startMs), cancellationToken).ConfigureAwait(false);
        }

        if (await CommitAsync(force: true, CancellationToken.None).ConfigureAwait(false) is not null)
        {
            throw new SessionizationFencedException(
                $"The last commit of the pipeline '{plan.Name}' was refused: another process commits for the same lanes. Nothing of it was written; run one process only for each partition.");
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
                Task<SourceReadResult> read = source.ReadAsync(_batch, stopRead.Token).AsTask();
                IReadOnlyList<LaneId>? refused = null;
                while (refused is null && await Task.WhenAny(read, tick).ConfigureAwait(false) != read)
                {
                    refused = await TickAsync(cancellationToken).ConfigureAwait(false);
                    tick = timer.WaitForNextTickAsync(stopTimer.Token).AsTask();
                }

                if (refused is null)
                {
                    SourceReadResult result = await read.ConfigureAwait(false);
                    await TakeAsync(result, cancellationToken).ConfigureAwait(false);
                    if (result == SourceReadResult.EndOfInput || (result == SourceReadResult.CaughtUp && _trigger.IsUntilEnd))
                    {
                        return result;
                    }

                    if (!tick.IsCompleted)
                    {
                        continue;
                    }

                    refused = await TickAsync(cancellationToken).ConfigureAwait(false);
                    tick = timer.WaitForNextTickAsync(stopTimer.Token).AsTask();
                }

                if (refused is not null)
                {
                    await StopAsync(read, stopRead).ConfigureAwait(false);
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

    /// <summary>Ends a read whose records are of no use: they lie behind the position that is gone back to.</summary>
    private static async Task StopAsync(Task read, CancellationTokenSource stopRead)
    {
        await stopRead.CancelAsync().ConfigureAwait(false);
        try
        {
            await read.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // That is what was asked for.
        }
    }

    private async ValueTask TakeAsync(SourceReadResult result, CancellationToken cancellationToken)
    {
        if (result == SourceReadResult.Records && _batch.Count > 0)
        {
            await show(engine.Take(_batch), cancellationToken).ConfigureAwait(false);
        }

        if (source is PostedEventSource posted && posted.TakeAdvance() is { } advance)
        {
            await show(engine.AdvanceTo(advance), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<IReadOnlyList<LaneId>?> TickAsync(CancellationToken cancellationToken)
    {
        await show(engine.AdvanceIdle(source.EndOf), cancellationToken).ConfigureAwait(false);
        return await CommitAsync(force: false, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>The lanes of a refused commit, which have to be opened again; <see langword="null"/> when there are none.</returns>
    private async ValueTask<IReadOnlyList<LaneId>?> CommitAsync(bool force, CancellationToken cancellationToken) =>
        engine.BeginCommit(force) is not { } barrier || await engine.CommitAsync(barrier, cancellationToken).ConfigureAwait(false)
            ? null
            : [.. barrier.Commit.Lanes.Select(lane => lane.Lane)];

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
