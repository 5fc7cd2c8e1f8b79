namespace Sessionize.Engine;

/// <summary>The triggers, and the commits that they begin. One commit at a time is under way.</summary>
internal sealed partial class PipelineLoop
{
    private (CommitBarrier Barrier, Task<bool> Outcome)? _commit;
    private Task? _tick;

    /// <summary>Begins triggers and ends their commits until the source has something.</summary>
    /// <returns>The lanes of a refused commit, which have to be opened again; <see langword="null"/>: the source has something.</returns>
    private async ValueTask<IReadOnlyList<LaneId>?> TriggerWhileReadingAsync(Task read, PeriodicTimer timer, CancellationToken cancellationToken)
    {
        while (await Task.WhenAny(read, _commit?.Outcome ?? Tick(timer)).ConfigureAwait(false) != read)
        {
            if (await TriggerAsync(isFull: false, timer, cancellationToken).ConfigureAwait(false) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>Ends the commit under way if it is done, and begins the next trigger if that is due and no commit is under way.</summary>
    /// <param name="isFull">Whether nothing more may be taken before the next commit, so that the one under way is waited for.</param>
    /// <param name="timer">Says when a trigger is due.</param>
    /// <param name="cancellationToken">Stops waiting for who reads along; commits are not broken off.</param>
    /// <returns>The lanes of a refused commit, which have to be opened again; <see langword="null"/> when there are none.</returns>
    private async ValueTask<IReadOnlyList<LaneId>?> TriggerAsync(bool isFull, PeriodicTimer timer, CancellationToken cancellationToken)
    {
        if (_commit is { } commit && (isFull || commit.Outcome.IsCompleted) && await EndCommitAsync().ConfigureAwait(false) is { } refused)
        {
            return refused;
        }

        bool isDue = Tick(timer).IsCompleted;
        if (_commit is not null || !(isDue || isFull))
        {
            return null;
        }

        _tick = isDue ? null : _tick;
        await BeginTriggerAsync(cancellationToken).ConfigureAwait(false);
        if (_trigger.IsUntilEnd)
        {
            // It takes so many events a trigger, each committed before the next.
            refused = await EndCommitAsync().ConfigureAwait(false);
            _limits.BeginTrigger();
            return refused;
        }

        if (isDue)
        {
            _limits.BeginTrigger();
        }

        return null;
    }

    private Task Tick(PeriodicTimer timer) => _tick ??= timer.WaitForNextTickAsync(CancellationToken.None).AsTask();

    private async ValueTask BeginTriggerAsync(CancellationToken cancellationToken)
    {
        await show(engine.AdvanceIdle(source.EndOf), cancellationToken).ConfigureAwait(false);
        _report.BeginTrigger();
        if (engine.BeginCommit(force: false) is not { } barrier)
        {
            progress?.Report(_report.EndTrigger());
            return;
        }

        // Not to be cancelled: a commit that broke off half-way would leave this process behind versions that nobody has.
        _commit = (barrier, Task.Run(() => engine.MakeDurableAsync(barrier, CancellationToken.None).AsTask(), CancellationToken.None));
    }

    /// <summary>Waits for the commit under way, if there is one.</summary>
    /// <returns>Its lanes, if it was refused: they have to be opened again.</returns>
    private async ValueTask<IReadOnlyList<LaneId>?> EndCommitAsync()
    {
        if (_commit is not var (barrier, outcome))
        {
            return null;
        }

        _commit = null;
        IReadOnlyList<LaneId>? refused = End(barrier, await outcome.ConfigureAwait(false));
        progress?.Report(_report.EndTrigger());
        return refused;
    }

    /// <returns>The lanes of a refused commit, which have to be opened again; <see langword="null"/> when there are none.</returns>
    private async ValueTask<IReadOnlyList<LaneId>?> CommitAsync(CommitBarrier? barrier) =>
        barrier is null ? null : End(barrier, await engine.MakeDurableAsync(barrier, CancellationToken.None).ConfigureAwait(false));

    private IReadOnlyList<LaneId>? End(CommitBarrier barrier, bool isCommitted)
    {
        engine.EndCommit(barrier, isCommitted);
        if (!isCommitted)
        {
            return [.. barrier.Commit.Lanes.Select(lane => lane.Lane)];
        }

        _report.HasCommitted();
        _group?.Committed([.. barrier.Commit.Lanes.SelectMany(lane => lane.Positions)]);
        return null;
    }
}
