using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;
using Sessionize.State;

namespace Sessionize.Engine;

/// <summary>Lanes, and the commit protocol that makes their sessions durable once (design section 5). Not thread-safe.</summary>
/// <remarks>
/// While a <see cref="MakeDurableAsync"/> is under way, lanes may work, be dropped, and be asked; they may not be opened, and nothing else may be committed.
/// </remarks>
internal sealed partial class StreamingEngine(
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

    private readonly LaneWork _work = new();
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

    /// <summary>How many closed sessions and dead letters wait for a commit.</summary>
    public int WaitingResults => _lanes.Values.Sum(open => open.Lane.Closed.Count + open.Lane.DeadLetters.Count);

    /// <summary>Whether several batches may be taken at once, so that lanes work side by side. Not while a state is rebuilt: what lies behind the end of a replay is not taken.</summary>
    public bool MayTakeSeveral => _lanes.Count > 1 && _replays.Count == 0;

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

    /// <exception cref="SessionizeException">Lanes were left out: the run did not do all that it was asked for.</exception>
    public void ThrowIfLanesFailed() => _failed.ThrowIfAny();

    /// <summary>Lets lanes go without a commit: they were lost, or were committed before.</summary>
    public void Drop(IEnumerable<LaneId> lanes)
    {
        LaneId[] gone = [.. lanes];
        _failed.Forget(gone);
        foreach (LaneReplay replay in _replays.Where(known => gone.Contains(known.Commit.Lane)).ToArray())
        {
            Remove(replay);
            replay.Lane.Dispose();
        }

        foreach (LaneId id in gone)
        {
            if (_lanes.TryGetValue(id, out OpenLane? open))
            {
                _lanes = _lanes.Remove(id);
                foreach (LanePartition partition in open.Lane.Partitions)
                {
                    _partitions.Remove(partition.Source.Name);
                }

                open.Lane.Dispose();
            }
        }

        Commits.Reset(HasInput, HasResults);
    }

    /// <summary>Lets the lanes of a refused commit go, at the end of a run: whoever has them next goes on from their last commit.</summary>
    public void Leave(IEnumerable<LaneId> refused)
    {
        Log.Refused(logger, plan.Name);
        Drop(refused);
    }

    /// <summary>Takes a batch of one partition.</summary>
    /// <returns>The sessions that it closed; they are not committed yet.</returns>
    public IReadOnlyList<SessionChange> Take(EventBatch batch) => Take([batch]);

    /// <summary>Takes batches, each of one partition; lanes work on theirs side by side.</summary>
    /// <returns>The sessions that they closed, by lane; they are not committed yet.</returns>
    public IReadOnlyList<SessionChange> Take(IReadOnlyList<EventBatch> batches)
    {
        _work.Clear();
        foreach (EventBatch batch in batches)
        {
            if (_partitions.TryGetValue(batch.Partition, out (OpenLane Lane, LanePartition Partition) target))
            {
                _work.Add(target.Lane, target.Partition, batch);
            }
            else if (!TryReplay(batch) && !_failed.Hold(batch.Partition))
            {
                throw new SessionizeException($"The source gave records of the partition '{batch.Partition}', which it did not name when it was opened.");
            }
        }

        _work.Run();
        return TakeShown(_work.Lanes);
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
                open.Lane.AdvanceByClock(partition, now - plan.IdleTimeoutMs - plan.WatermarkDelayMs);
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
        bool hasResults = changed.Any(open => HasResultsOf(open) || open.IsRebuilt);
        bool isDue = hasResults || force || Commits.Age >= plan.MaxCommitDelay;
        return changed.Length > 0 && isDue ? Bar(changed) : null;
    }

    private List<SessionChange> TakeShown(IEnumerable<OpenLane> lanes)
    {
        List<SessionChange> shown = [];
        foreach (OpenLane open in lanes)
        {
            List<SessionChange> closed = open.Lane.Closed;
            shown.AddRange(closed[open.Shown..]);
            open.Shown = closed.Count;
            Commits.Add(open.Lane.HasChanged, HasResultsOf(open));
        }

        return shown;
    }

    private bool HasInput => _lanes.Values.Any(open => open.Lane.HasChanged);

    private bool HasResults => _lanes.Values.Any(HasResultsOf);

    private static bool HasResultsOf(OpenLane open) => open.Lane.Closed.Count > 0 || open.Lane.DeadLetters.Count > 0;
}
