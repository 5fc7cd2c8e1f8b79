using Sessionize.Diagnostics;

namespace Sessionize.Engine;

/// <summary>The engine's lanes, as they are opened: for the first time, from their last commit, and again after a refused one.</summary>
internal sealed partial class StreamingEngine
{
    /// <summary>Opens lanes: from their last commit, or for the first time, which is committed before a record is taken.</summary>
    /// <returns>Where each partition goes on.</returns>
    public async ValueTask<IReadOnlyDictionary<string, long>> OpenAsync(
        IReadOnlyList<SourcePartition> partitions, CancellationToken cancellationToken)
    {
        ILookup<LaneId, SourcePartition> byLane = partitions.ToLookup(partition => partition.Lane);
        for (int attempt = 0; ; attempt++)
        {
            await LoadAsync(byLane, cancellationToken).ConfigureAwait(false);
            OpenLane[] opened = [.. byLane.Select(lane => _lanes.GetValueOrDefault(lane.Key)).OfType<OpenLane>()];
            OpenLane[] inNoVersion = [.. opened.Where(open => open.Version is null || open.IsRebuilt)];

            // Another process may open the same lane for the first time at this moment: then its commit is the one to go on from.
            if (inNoVersion.Length == 0 || await CommitAsync(Bar(inNoVersion), cancellationToken).ConfigureAwait(false))
            {
                return opened.Select(open => open.Lane).Concat(_replays.Select(replay => replay.Lane).Where(lane => byLane.Contains(lane.Id)))
                    .SelectMany(lane => lane.Partitions).ToDictionary(p => p.Source.Name, p => p.Next, StringComparer.Ordinal);
            }

            ThrowIfFenced(attempt);
        }
    }

    /// <summary>Opens the lanes of a refused commit again, from what others committed.</summary>
    /// <exception cref="SessionizationFencedException">That happened three times without a commit of our own.</exception>
    public ValueTask<IReadOnlyDictionary<string, long>> ReloadAsync(IReadOnlyList<SourcePartition> partitions, CancellationToken cancellationToken)
    {
        Log.Refused(logger, plan.Name);
        ThrowIfFenced(Commits.Refused());
        return OpenAsync(partitions, cancellationToken);
    }

    private void ThrowIfFenced(int attempts)
    {
        if (attempts >= MostReloads)
        {
            throw new SessionizationFencedException(
                $"The pipeline '{plan.Name}' was refused {attempts + 1} times in a row: another process commits for the same lanes. "
                + "Run one process for each partition, or give this pipeline a name of its own.");
        }
    }

    private async ValueTask LoadAsync(ILookup<LaneId, SourcePartition> byLane, CancellationToken cancellationToken)
    {
        Drop(byLane.Select(lane => lane.Key));
        SinkOpening opening = new(plan.Name, [.. byLane.Select(lane => lane.Key).Order()], store);
        IReadOnlyList<LaneCommit> commits = await sink.OpenAsync(opening, cancellationToken).ConfigureAwait(false);
        foreach (ISessionSink follower in followers)
        {
            await follower.OpenAsync(opening with { Lanes = [] }, cancellationToken).ConfigureAwait(false);
        }

        foreach (IGrouping<LaneId, SourcePartition> partitions in byLane)
        {
            try
            {
                if (await OpenLaneAsync(partitions, commits.FirstOrDefault(commit => commit.Lane == partitions.Key), cancellationToken).ConfigureAwait(false) is { } open)
                {
                    Add(open);
                }
            }
            catch (SessionizeException failure) when (_failed.TryLeaveOut(partitions.Key, partitions, failure))
            {
            }
        }

        ThrowIfNoneIsLeft();
    }

    private void Add(OpenLane open)
    {
        // Counted from here on: a restore that failed and was tried again closed nothing.
        LaneId id = open.Lane.Id;
        LaneCounts counts = _counts.GetValueOrDefault(id) ?? new LaneCounts(plan.Rules.Rules.Count);
        open.Lane.CountInto(counts);
        _counts = _counts.SetItem(id, counts);
        _lanes = _lanes.Add(id, open);
        foreach (LanePartition partition in open.Lane.Partitions)
        {
            _partitions.Add(partition.Source.Name, (open, partition));
        }
    }

    /// <returns>The lane; <see langword="null"/> where its state is rebuilt first.</returns>
    private async ValueTask<OpenLane?> OpenLaneAsync(
        IGrouping<LaneId, SourcePartition> partitions, LaneCommit? commit, CancellationToken cancellationToken)
    {
        while (true)
        {
            OpenLane open = new(new Lane(partitions.Key, plan, partitions));
            if (commit is null)
            {
                return open;
            }

            try
            {
                await _restore.RunAsync(open.Lane, commit, cancellationToken).ConfigureAwait(false);
                open.Version = commit.To;

                // The first checkpoint of a lane that was taken over is a snapshot: how long its chain is, is not known here.
                open.Deltas = DeltasPerSnapshot;
                return open;
            }
            catch (SessionizeException failure)
            {
                // While this process read, another one may have gone on so far that the version was deleted: then there is a newer one.
                StateVersion tried = commit.To;
                SinkOpening again = new(plan.Name, [partitions.Key], store);
                commit = (await sink.OpenAsync(again, cancellationToken).ConfigureAwait(false)).FirstOrDefault(newest => newest.Lane == partitions.Key);
                if (commit is null || (commit.To == tried && (!plan.RebuildState || failure.IsTransient)))
                {
                    throw;
                }

                if (commit.To == tried)
                {
                    Add(await _restore.BeginReplayAsync(partitions, commit, failure, cancellationToken).ConfigureAwait(false));
                    return null;
                }
            }
        }
    }
}
