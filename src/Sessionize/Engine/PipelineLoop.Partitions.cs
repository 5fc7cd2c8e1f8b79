using Sessionize.Sources;

namespace Sessionize.Engine;

/// <summary>The partitions that this process reads: how they come, go, and are opened again.</summary>
internal sealed partial class PipelineLoop
{
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
            await ReopenAsync(await EndCommitAsync().ConfigureAwait(false) ?? [], cancellationToken).ConfigureAwait(false);
            await OpenAsync(change.Partitions, cancellationToken).ConfigureAwait(false);
            return;
        }

        HashSet<LaneId> leaving = [.. change.Partitions.Select(partition => partition.Lane)];
        IReadOnlyList<LaneId> refused = [];
        _partitions = [.. _partitions.Where(partition => !leaving.Contains(partition.Lane))];
        if (change.Kind == AssignmentChangeKind.Revoked)
        {
            // A commit that takes too long is not broken off. Should the next owner be faster, then it is refused, and nothing of it stays.
            Task<IReadOnlyList<LaneId>> commit = CommitLeavingAsync(leaving);
            using CancellationTokenSource stopWaiting = new();
            await Task.WhenAny(commit, Task.Delay(change.Patience, _clock, stopWaiting.Token)).ConfigureAwait(false);
            await stopWaiting.CancelAsync().ConfigureAwait(false);
            _group!.Release(change);
            refused = await commit.ConfigureAwait(false);
        }

        // Those that were lost do not wait for the commit under way: it may be theirs or not, whoever has them next finds out.
        engine.Drop(leaving);
        await ReopenAsync(refused, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the commit under way, then makes one for lanes that leave.</summary>
    /// <returns>The lanes of the first one, if that was refused.</returns>
    private async Task<IReadOnlyList<LaneId>> CommitLeavingAsync(IReadOnlySet<LaneId> leaving)
    {
        IReadOnlyList<LaneId> refused = await EndCommitAsync().ConfigureAwait(false) ?? [];
        await CommitAsync(engine.BeginCommit(leaving.Except(refused))).ConfigureAwait(false);
        return refused;
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

    /// <summary>Goes on from what others committed, unless the run ends.</summary>
    /// <returns>Whether the run ends: whoever has the lanes next goes on from their last commit.</returns>
    private async ValueTask<bool> LeaveOrReopenAsync(IReadOnlyList<LaneId> refused, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            engine.Leave(refused);
            return true;
        }

        await ReopenAsync(refused, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private bool IsOf(IReadOnlyList<LaneId> lanes, string partition) =>
        _partitions.Any(known => known.Name == partition && lanes.Contains(known.Lane));

    /// <summary>Opens those lanes of a refused commit again that are still ours.</summary>
    private async ValueTask ReopenAsync(IReadOnlyList<LaneId> refused, CancellationToken cancellationToken)
    {
        SourcePartition[] ours = [.. _partitions.Where(partition => refused.Contains(partition.Lane))];
        if (ours.Length == 0)
        {
            return;
        }

        if (!source.CanSeek)
        {
            throw new SessionizationFencedException(
                $"The pipeline '{plan.Name}' was refused: another process commits for the same lanes, and the source cannot be read again. "
                + "Run one process only, or give this pipeline a name of its own.");
        }

        await SeekAsync(await engine.ReloadAsync(ours, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
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
}
