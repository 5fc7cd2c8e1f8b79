using System.Diagnostics;
using Sessionize.Diagnostics;

namespace Sessionize.Engine;

/// <summary>The engine's commits, step by step (design section 5).</summary>
internal sealed partial class StreamingEngine
{
    /// <summary>Makes a barrier's sessions, positions and states durable as one.</summary>
    /// <returns>
    /// Whether it was committed. If not, the lanes' versions are another's: nothing of the try stays, and the lanes have to be opened again.
    /// </returns>
    public async ValueTask<bool> CommitAsync(CommitBarrier barrier, CancellationToken cancellationToken)
    {
        bool isCommitted = await MakeDurableAsync(barrier, cancellationToken).ConfigureAwait(false);
        EndCommit(barrier, isCommitted);
        return isCommitted;
    }

    /// <summary>The part of <see cref="CommitAsync"/> that waits for others. It touches no lane: they may work meanwhile, on another thread.</summary>
    public async ValueTask<bool> MakeDurableAsync(CommitBarrier barrier, CancellationToken cancellationToken)
    {
        using Activity? activity = CommitActivity.Start(barrier);
        long begunAt = clock.GetTimestamp();
        string outcome = PipelineMetrics.FailedOutcome;
        Exception? failure = null;
        try
        {
            bool isCommitted = await WriteAsync(barrier, cancellationToken).ConfigureAwait(false);
            outcome = isCommitted ? PipelineMetrics.CommittedOutcome : PipelineMetrics.RefusedOutcome;
            return isCommitted;
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            CommitActivity.End(activity, outcome, failure);
            metrics?.CommitEnded(clock.GetElapsedTime(begunAt), outcome);
        }
    }

    /// <summary>The rest of <see cref="CommitAsync"/>: tells what was committed.</summary>
    public void EndCommit(CommitBarrier barrier, bool isCommitted)
    {
        if (!isCommitted)
        {
            return;
        }

        metrics?.Committed(barrier.Closed, Commits.ResultsWait);
        Commits.Committed(barrier.Closed.Count, HasInput, HasResults);
        Log.Committed(logger, plan.Name, barrier.Closed.Count, barrier.DeadLetters.Count, barrier.States.Count);
    }

    private async ValueTask<bool> WriteAsync(CommitBarrier barrier, CancellationToken cancellationToken)
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

        return true;
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
            open.Older = full ? open.Version : open.Older;
            ReplayRecord replay = new(lane.Checksum(), plan.ReplaySettings, open.Older == open.Version ? null : open.Older, lane.ReplayNotes);
            states.Add(new CommitBarrier.LaneState(lane.Id, version, full ? null : open.Version, checkpoint));
            open.StateBytes = full ? checkpoint.Length : open.StateBytes + checkpoint.Length;
            commits.Add(new LaneCommit(
                lane.Id,
                open.Version,
                version,
                [.. lane.Partitions.Select(p => new PartitionPosition(p.Source.Name, p.Source.Count ?? _partitions.Count, p.Next, p.ReplayFrom))],
                lane.Watermark)
            {
                Replay = replay.Write(),
            });
            closed.AddRange(lane.TakeClosed());
            letters.AddRange(lane.TakeDeadLetters());
            open.Version = version;
            open.Deltas = full ? 0 : open.Deltas + 1;
            open.Shown = 0;
            open.IsRebuilt = false;
        }

        Commits.Begin();
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
}
