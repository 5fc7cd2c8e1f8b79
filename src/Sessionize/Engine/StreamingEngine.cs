using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;
using Sessionize.State;

namespace Sessionize.Engine;

/// <summary>Lanes, and the commit protocol that makes their sessions durable once (design section 5). Not thread-safe.</summary>
/// <remarks>
/// <see cref="Take"/> and <c>BeginCommit</c> may be called while a <see cref="CommitAsync"/> is under way; everything else may not.
/// </remarks>
internal sealed class StreamingEngine(
    PipelinePlan plan,
    ISessionSink sink,
    IReadOnlyList<ISessionSink> followers,
    ISessionStateStore store,
    IDeadLetterSink deadLetters,
    TimeProvider clock,
    ILogger logger,
    IGroupEventSource? group = null,
    PipelineMetrics? metrics = null)
{
    private const int DeltasPerSnapshot = 10;
    private const int MostReloads = 3;

    // Replaced, never changed: another thread reads the counts meanwhile.
    private ImmutableSortedDictionary<LaneId, OpenLane> _lanes = ImmutableSortedDictionary<LaneId, OpenLane>.Empty;

    // By lane, those included that are others' by now: a lane that comes back goes on counting, so that no number ever falls.
    private ImmutableSortedDictionary<LaneId, LaneCounts> _counts = ImmutableSortedDictionary<LaneId, LaneCounts>.Empty;

    private readonly FailedLanes _failed = new(plan, logger);
    private readonly CommitDecision _decision = new(sink, clock, logger);
    private readonly LaneRestore _restore = new(plan, store, group, logger);
    private readonly Dictionary<string, (OpenLane Lane, LanePartition Partition)> _partitions = new(StringComparer.Ordinal);
    private readonly string _fingerprint = StateFingerprint.Of(plan).ToString();

    public IEnumerable<Lane> Lanes => _lanes.Values.Select(open => open.Lane);

    /// <summary>The lanes that this process has, in their order. May be asked for, and their plain numbers read, by any thread.</summary>
    public IEnumerable<OpenLane> OpenLanes => _lanes.Values;

    /// <summary>What each lane did that this process ever had. May be read by any thread.</summary>
    public IReadOnlyDictionary<LaneId, LaneCounts> CountsByLane => _counts;

    public CommitWatch Commits { get; } = new(clock);

    /// <summary>How many bytes of sessions the sink committed; <see langword="null"/>: it cannot tell. May be read by any thread.</summary>
    public long? CommittedBytes => (sink as IMeasuredSink)?.CommittedBytes;

    /// <summary>Why the commit that is under way is tried again; <see langword="null"/>: it is not. May be read by any thread.</summary>
    public string? RetriedFailure => _decision.RetriedFailure;

    /// <summary>The lanes that were left out because their state cannot be opened.</summary>
    public IReadOnlyList<LaneId> FailedLanes => _failed.Lanes;

    /// <summary>What all lanes did that this process had. Read while they work, the numbers are of slightly different moments.</summary>
    public LaneCounts Total()
    {
        LaneCounts total = new(plan.Rules.Rules.Count);
        foreach (LaneCounts counts in _counts.Values)
        {
            total.Add(counts);
        }

        return total;
    }

    /// <summary>How many records lie between the positions and the ends of the partitions; <see langword="null"/>, if nobody can tell of one.</summary>
    public long? LagBehind(Func<string, PartitionEnd?> endOf)
    {
        long lag = 0;
        foreach ((OpenLane _, LanePartition partition) in _partitions.Values)
        {
            if (endOf(partition.Source.Name) is not { } end)
            {
                return null;
            }

            lag += Math.Max(0, end.Position - partition.Next);
        }

        return lag;
    }

    private long? HighestEventMs => Lanes.Max(lane => lane.HighestEventMs);

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
            if (opened.All(open => open.Version is not null))
            {
                return opened.SelectMany(open => open.Lane.Partitions).ToDictionary(p => p.Source.Name, p => p.Next, StringComparer.Ordinal);
            }

            // Another process may open the same lane for the first time at this moment: then its commit is the one to go on from.
            CommitBarrier barrier = Bar(opened.Where(open => open.Version is null));
            if (await CommitAsync(barrier, cancellationToken).ConfigureAwait(false))
            {
                return opened.SelectMany(open => open.Lane.Partitions).ToDictionary(p => p.Source.Name, p => p.Next, StringComparer.Ordinal);
            }

            ThrowIfFenced(attempt);
        }
    }

    /// <exception cref="SessionizeException">Lanes were left out: the run did not do all that it was asked for.</exception>
    public void ThrowIfLanesFailed() => _failed.ThrowIfAny();

    /// <summary>Lets lanes go without a commit: they were lost, or were committed before.</summary>
    public void Drop(IEnumerable<LaneId> lanes)
    {
        LaneId[] gone = [.. lanes];
        _failed.Forget(gone);
        foreach (LaneId id in gone)
        {
            if (_lanes.TryGetValue(id, out OpenLane? open))
            {
                _lanes = _lanes.Remove(id);
                foreach (LanePartition partition in open.Lane.Partitions)
                {
                    _partitions.Remove(partition.Source.Name);
                }
            }
        }

        ResetWaiting();
    }

    /// <summary>Takes a batch of one partition.</summary>
    /// <returns>The sessions that it closed; they are not committed yet.</returns>
    public IReadOnlyList<SessionChange> Take(EventBatch batch)
    {
        if (!_partitions.TryGetValue(batch.Partition, out (OpenLane Lane, LanePartition Partition) target))
        {
            if (_failed.Hold(batch.Partition))
            {
                return [];
            }

            throw new SessionizeException($"The source gave records of the partition '{batch.Partition}', which it did not name when it was opened.");
        }

        target.Lane.Lane.Take(batch, target.Partition);
        if (batch.Count > 0 && batch.Origin(batch.Count - 1).ArrivalMs is var arrivedMs and not long.MaxValue)
        {
            target.Partition.ArrivedMs = arrivedMs;
        }

        target.Lane.Lane.SkipTo(batch.Next, target.Partition);
        return TakeShown([target.Lane]);
    }

    /// <summary>Moves all watermarks up to a time.</summary>
    public IReadOnlyList<SessionChange> AdvanceTo(long watermark)
    {
        foreach (OpenLane open in _lanes.Values)
        {
            open.Lane.AdvanceTo(watermark);
        }

        return TakeShown(_lanes.Values);
    }

    /// <summary>Moves the watermarks of idle partitions (semantics section 6).</summary>
    public IReadOnlyList<SessionChange> AdvanceIdle(Func<string, PartitionEnd?> endOf)
    {
        const long newestAnswerMs = 10_000;
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach ((OpenLane open, LanePartition partition) in _partitions.Values)
        {
            PartitionEnd? answer = endOf(partition.Source.Name);
            partition.Lag = answer is null ? LanePartition.UnknownLag : Math.Max(0, answer.Value.Position - partition.Next);
            if (!plan.IsLive || answer is not { } end || end.Position != partition.Next || now - end.ConfirmedAtMs > newestAnswerMs)
            {
                partition.AtEndSinceMs = null;
                continue;
            }

            partition.AtEndSinceMs ??= end.ConfirmedAtMs;
            if (now - partition.AtEndSinceMs >= plan.IdleTimeoutMs)
            {
                open.Lane.Advance(partition, now - plan.IdleTimeoutMs - plan.WatermarkDelayMs);
            }
        }

        return TakeShown(_lanes.Values);
    }

    /// <summary>Whether the lanes' events contradict an end time.</summary>
    /// <param name="endTimeMs">T of semantics section 2; <see langword="null"/>: the highest event time of the lanes.</param>
    /// <returns>The error, or <see langword="null"/> where the input may end so.</returns>
    public SessionizeException? WhyNotEndAt(long? endTimeMs) => endTimeMs < HighestEventMs
        ? new SessionizeException(
            $"The end time {endTimeMs} ms lies before the highest event time, {HighestEventMs} ms: give an end time that is not below it. Nothing was closed.")
        : null;

    /// <summary>Closes all sessions of all lanes.</summary>
    /// <param name="endTimeMs">T of semantics section 2; <see langword="null"/>: the highest event time of the lanes.</param>
    /// <exception cref="SessionizeException">T lies below the highest event time; nothing is closed.</exception>
    public IReadOnlyList<SessionChange> CloseAll(long? endTimeMs)
    {
        if (WhyNotEndAt(endTimeMs) is { } refusal)
        {
            throw refusal;
        }

        if ((endTimeMs ?? HighestEventMs) is { } end)
        {
            foreach (OpenLane open in _lanes.Values)
            {
                open.Lane.CloseAll(end);
            }
        }

        return TakeShown(_lanes.Values);
    }

    /// <summary>Sets a barrier, when there is something to commit.</summary>
    /// <param name="force">Whether a commit without sessions and dead letters may not wait: the end of a run, a shutdown, a lane that leaves.</param>
    /// <returns>What is to be committed, or <see langword="null"/>.</returns>
    public CommitBarrier? BeginCommit(bool force) => BeginCommit(_lanes.Values, force);

    /// <summary>Sets a barrier for lanes that leave, when there is something of theirs to commit.</summary>
    /// <returns>What is to be committed, or <see langword="null"/>.</returns>
    public CommitBarrier? BeginCommit(IEnumerable<LaneId> leaving) =>
        BeginCommit(leaving.Select(id => _lanes.GetValueOrDefault(id)).OfType<OpenLane>(), force: true);

    private CommitBarrier? BeginCommit(IEnumerable<OpenLane> lanes, bool force)
    {
        OpenLane[] changed = [.. lanes.Where(open => open.Lane.HasChanged)];
        bool hasResults = changed.Any(HasResults);
        bool isDue = hasResults || force || Commits.Age >= plan.MaxCommitDelay;
        return changed.Length > 0 && isDue ? Bar(changed) : null;
    }

    /// <summary>Makes a barrier's sessions, positions and states durable as one.</summary>
    /// <returns>
    /// Whether it was committed. If not, the lanes' versions are another's: nothing of the try stays, and the lanes have to be opened again.
    /// </returns>
    public async ValueTask<bool> CommitAsync(CommitBarrier barrier, CancellationToken cancellationToken)
    {
        long begunAt = clock.GetTimestamp();
        string outcome = PipelineMetrics.FailedOutcome;
        try
        {
            bool isCommitted = await MakeDurableAsync(barrier, cancellationToken).ConfigureAwait(false);
            outcome = isCommitted ? PipelineMetrics.CommittedOutcome : PipelineMetrics.RefusedOutcome;
            return isCommitted;
        }
        finally
        {
            metrics?.CommitEnded(clock.GetElapsedTime(begunAt), outcome);
        }
    }

    private async ValueTask<bool> MakeDurableAsync(CommitBarrier barrier, CancellationToken cancellationToken)
    {
        if (barrier.DeadLetters.Count > 0)
        {
            await deadLetters.WriteAsync(barrier.DeadLetters, cancellationToken).ConfigureAwait(false);
            await deadLetters.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        if (barrier.Closed.Count > 0)
        {
            await WriteFollowersAsync(barrier, cancellationToken).ConfigureAwait(false);
            await sink.WriteAsync(barrier.Closed, cancellationToken).ConfigureAwait(false);
        }

        foreach (CommitBarrier.LaneState state in barrier.States)
        {
            await store.PrepareAsync(
                state.Lane, state.Version, state.BasedOn, (stream, token) => stream.WriteAsync(state.Content, token), cancellationToken).ConfigureAwait(false);
        }

        if (await _decision.TakeAsync(barrier.Commit, cancellationToken).ConfigureAwait(false) == SinkCommitOutcome.Refused)
        {
            await sink.DiscardAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }

        foreach (CommitBarrier.LaneState state in barrier.States)
        {
            await store.ConfirmAsync(state.Lane, state.Version, cancellationToken).ConfigureAwait(false);
        }

        Commits.Committed(barrier.Closed.Count);
        metrics?.Committed(barrier.Closed, Commits.ResultsWait);
        ResetWaiting();
        Log.Committed(logger, plan.Name, barrier.Closed.Count, barrier.DeadLetters.Count, barrier.States.Count);
        return true;
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
            OpenLane open;
            try
            {
                open = await OpenLaneAsync(partitions, commits.FirstOrDefault(commit => commit.Lane == partitions.Key), cancellationToken).ConfigureAwait(false);
            }
            catch (SessionizeException failure) when (_failed.TryLeaveOut(partitions.Key, partitions, failure))
            {
                continue;
            }

            // Counted from here on: a restore that failed and was tried again closed nothing.
            LaneCounts counts = _counts.GetValueOrDefault(partitions.Key) ?? new LaneCounts(plan.Rules.Rules.Count);
            open.Lane.CountInto(counts);
            _counts = _counts.SetItem(partitions.Key, counts);
            _lanes = _lanes.Add(partitions.Key, open);
            foreach (LanePartition partition in open.Lane.Partitions)
            {
                _partitions.Add(partition.Source.Name, (open, partition));
            }
        }

        if (_lanes.IsEmpty)
        {
            _failed.ThrowIfAny();
        }
    }

    private async ValueTask<OpenLane> OpenLaneAsync(
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
            catch (SessionizeException)
            {
                // While this process read, another one may have gone on so far that the version was deleted: then there is a newer one.
                StateVersion tried = commit.To;
                SinkOpening again = new(plan.Name, [partitions.Key], store);
                commit = (await sink.OpenAsync(again, cancellationToken).ConfigureAwait(false)).FirstOrDefault(newest => newest.Lane == partitions.Key);
                if (commit is null || commit.To == tried)
                {
                    throw;
                }
            }
        }
    }

    private CommitBarrier Bar(IEnumerable<OpenLane> lanes)
    {
        List<LaneCommit> commits = [];
        List<SessionChange> closed = [];
        List<DeadLetter> letters = [];
        List<CommitBarrier.LaneState> states = [];
        foreach (OpenLane open in lanes)
        {
            Lane lane = open.Lane;
            StateVersion version = new($"{lane.Partitions[0].Next}-{Guid.NewGuid():N}");
            bool full = open.Version is null || open.Deltas >= DeltasPerSnapshot;
            ReadOnlyMemory<byte> checkpoint = lane.Checkpoint(full);
            states.Add(new CommitBarrier.LaneState(lane.Id, version, full ? null : open.Version, checkpoint));
            open.StateBytes = full ? checkpoint.Length : open.StateBytes + checkpoint.Length;
            commits.Add(new LaneCommit(
                lane.Id,
                open.Version,
                version,
                [.. lane.Partitions.Select(p => new PartitionPosition(p.Source.Name, p.Source.Count ?? _partitions.Count, p.Next, p.ReplayFrom))],
                lane.Watermark));
            closed.AddRange(lane.TakeClosed());
            letters.AddRange(lane.TakeDeadLetters());
            open.Version = version;
            open.Deltas = full ? 0 : open.Deltas + 1;
            open.Shown = 0;
        }

        SinkCommit commit = new(plan.Name, Guid.NewGuid(), commits) { Fingerprint = _fingerprint };
        return new CommitBarrier(commit, closed, letters, states);
    }

    private async ValueTask WriteFollowersAsync(CommitBarrier barrier, CancellationToken cancellationToken)
    {
        // Followers have no say, so they are given no versions to compare: they get each session at least once.
        SinkCommit commit = barrier.Commit with { Lanes = [] };
        foreach (ISessionSink follower in followers)
        {
            await follower.WriteAsync(barrier.Closed, cancellationToken).ConfigureAwait(false);
            await follower.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
        }
    }

    private List<SessionChange> TakeShown(IEnumerable<OpenLane> lanes)
    {
        List<SessionChange> shown = [];
        foreach (OpenLane open in lanes)
        {
            List<SessionChange> closed = open.Lane.Closed;
            shown.AddRange(closed[open.Shown..]);
            open.Shown = closed.Count;
            Commits.Add(open.Lane.HasChanged, HasResults(open));
        }

        return shown;
    }

    private void ResetWaiting() => Commits.Reset(_lanes.Values.Any(open => open.Lane.HasChanged), _lanes.Values.Any(HasResults));

    private static bool HasResults(OpenLane open) => open.Lane.Closed.Count > 0 || open.Lane.DeadLetters.Count > 0;
}
