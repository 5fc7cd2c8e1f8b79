using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;
using Sessionize.State;

namespace Sessionize.Engine;

/// <summary>Takes over the state of lanes as a commit names it, or begins to rebuild it.</summary>
internal sealed class LaneRestore(PipelinePlan plan, ISessionStateStore store, IGroupEventSource? group, ILogger logger)
{
    /// <exception cref="SessionizeException">The state is missing, damaged, of other rules, or not at the commit's positions; or the source does not have these any more.</exception>
    public async ValueTask RunAsync(Lane lane, LaneCommit commit, CancellationToken cancellationToken)
    {
        IReadOnlyList<PartitionPosition> present = await CheckAsync(commit.Positions, cancellationToken).ConfigureAwait(false);
        await LoadAsync(lane, commit.To, NamesOf(commit, present), cancellationToken).ConfigureAwait(false);
        lane.GoOnFrom(AreSamePartitions(lane, present) ? ReplayRecord.Read(commit.Replay) : null);
        foreach ((PartitionPosition recorded, PartitionPosition goOn) in commit.Positions.Zip(present))
        {
            if (lane.Partitions.FirstOrDefault(known => known.Source.Name == goOn.Partition) is not { } partition || partition.Next != recorded.Next)
            {
                throw new SessionizeException(
                    $"The state of lane {lane.Id}, version {commit.To}, and the commit that names it do not agree on the position of '{recorded.Partition}'. "
                    + "One of the two was replaced: bring back the one that belongs to the other, or give the pipeline another name for a fresh start.");
            }

            if (goOn.Next != recorded.Next)
            {
                // Lost records were accepted: from the others alone nobody makes this state again.
                (partition.Next, partition.ReplayFrom, lane.ReplayNotes.IsCut) = (goOn.Next, goOn.ReplayFrom, true);
            }
        }

        // What was accepted as lost is committed as such: the old position would mean other records one day, when the topic has grown past it again.
        lane.CompleteRestore(hasMoved: commit.Positions.Zip(present).Any(pair => pair.First.Next != pair.Second.Next || pair.First.Partition != pair.Second.Partition));

        // The process that committed it may have ended before it could say so, and a version that nobody confirms is deleted one day.
        await store.ConfirmAsync(lane.Id, commit.To, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins to rebuild a state: from the newest older version that can be read, or else from where the lane remembered nobody.</summary>
    /// <param name="partitions">The lane's partitions.</param>
    /// <param name="commit">The lane's last commit.</param>
    /// <param name="loss">Why the state cannot be opened.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">It cannot be rebuilt; the message says why.</exception>
    public async ValueTask<LaneReplay> BeginReplayAsync(
        IGrouping<LaneId, SourcePartition> partitions, LaneCommit commit, SessionizeException loss, CancellationToken cancellationToken)
    {
        if (ReplayRecord.Read(commit.Replay) is not { } recorded)
        {
            throw LaneReplay.Refusal(
                plan, commit, loss, "its last commit has no checksum of it, by which the rebuilt one could be proved: an older version made the commit, or the sink does not keep it");
        }

        if (recorded.Settings != plan.ReplaySettings)
        {
            throw LaneReplay.Refusal(
                plan, commit, loss, "the pipeline's rules or settings are others than at its last commit, so the same records give another state. Start once with the former ones, and change them after that");
        }

        IReadOnlyList<PartitionPosition> present = await CheckAsync(commit.Positions, cancellationToken).ConfigureAwait(false);
        Lane lane = await FindStartAsync(partitions, commit, recorded, NamesOf(commit, present), cancellationToken).ConfigureAwait(false);
        if (!AreSamePartitions(lane, present))
        {
            throw LaneReplay.Refusal(plan, commit, loss, $"its partitions were {string.Join(", ", present.Select(position => position.Partition))}, and are others by now");
        }

        LaneReplay replay = new(plan, lane, commit, recorded, loss);
        PartitionPosition[] needed = [.. commit.Positions.Zip(lane.Partitions, (position, partition) => position with { Next = partition.Next })];
        try
        {
            IReadOnlyList<PartitionPosition> there = await CheckAsync(needed, cancellationToken).ConfigureAwait(false);
            if (there.Zip(needed).FirstOrDefault(pair => pair.First.Next != pair.Second.Next) is { First: { } first, Second: { } asked })
            {
                throw new SessionizeException($"'{first.Partition}' is needed from {asked.Next} on, and begins at {first.Next}");
            }
        }
        catch (SessionizeException failure) when (!failure.IsTransient)
        {
            throw LaneReplay.Refusal(plan, commit, loss, $"that takes the records of {replay.Range}, which are not all there any more. {failure.Message.TrimEnd('.')}");
        }

        Log.RebuildBegun(logger, plan.Name, lane.Id.Number, replay.Range, loss.Message);
        return replay;
    }

    private async ValueTask<Lane> FindStartAsync(
        IGrouping<LaneId, SourcePartition> partitions,
        LaneCommit commit,
        ReplayRecord recorded,
        IReadOnlyDictionary<string, string> presentNames,
        CancellationToken cancellationToken)
    {
        foreach (StateVersion older in new[] { commit.From, recorded.Older }.OfType<StateVersion>().Distinct())
        {
            try
            {
                Lane found = new(partitions.Key, plan, partitions);
                await LoadAsync(found, older, presentNames, cancellationToken).ConfigureAwait(false);
                found.CompleteRestore();
                if (found.Partitions.Zip(commit.Positions).Any(pair => pair.First.Next > pair.Second.ReplayFrom))
                {
                    return found;
                }

                // It is from before all was forgotten. What happened until then is not noted any more.
                break;
            }
            catch (SessionizeException failure) when (!failure.IsTransient)
            {
                Log.OlderStateLost(logger, plan.Name, partitions.Key.Number, failure.Message);
            }
        }

        Lane lane = new(partitions.Key, plan, partitions);
        lane.StartAt(recorded.Notes.Start);
        foreach ((LanePartition partition, PartitionPosition position) in lane.Partitions.Zip(commit.Positions))
        {
            partition.Next = position.ReplayFrom;
        }

        return lane;
    }

    private async ValueTask LoadAsync(Lane lane, StateVersion version, IReadOnlyDictionary<string, string> presentNames, CancellationToken cancellationToken) =>
        await store.LoadAsync(
            lane.Id,
            version,
            async (stream, token) =>
            {
                if (stream is MemoryStream memory && memory.TryGetBuffer(out ArraySegment<byte> bytes))
                {
                    Apply(lane, version, bytes, presentNames);
                    return;
                }

                using MemoryStream part = new();
                await stream.CopyToAsync(part, token).ConfigureAwait(false);
                Apply(lane, version, part.GetBuffer().AsMemory(0, (int)part.Length), presentNames);
            },
            cancellationToken).ConfigureAwait(false);

    private ValueTask<IReadOnlyList<PartitionPosition>> CheckAsync(IReadOnlyList<PartitionPosition> recorded, CancellationToken cancellationToken) =>
        group is null ? new(recorded) : group.CheckAsync(recorded, cancellationToken);

    private static Dictionary<string, string> NamesOf(LaneCommit commit, IReadOnlyList<PartitionPosition> present) =>
        commit.Positions.Zip(present).ToDictionary(pair => pair.First.Partition, pair => pair.Second.Partition, StringComparer.Ordinal);

    /// <summary>Whether a commit's positions are those of the lane's partitions, in their order.</summary>
    private static bool AreSamePartitions(Lane lane, IReadOnlyList<PartitionPosition> present) =>
        lane.Partitions.Select(partition => partition.Source.Name).SequenceEqual(present.Select(position => position.Partition), StringComparer.Ordinal);

    private void Apply(Lane lane, StateVersion version, ReadOnlyMemory<byte> part, IReadOnlyDictionary<string, string> presentNames)
    {
        try
        {
            StateFingerprint stored = lane.Apply(part.Span, presentNames);
            if (StateFingerprint.Of(plan).ChangesFrom(stored) is { } changes)
            {
                Log.ParametersChanged(logger, plan.Name, lane.Id.Number, changes);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new SessionizeException(
                $"The state of lane {lane.Id}, version {version}, cannot be gone on with: {exception.Message}. "
                + "Go on with the rules that it was written with, or give the pipeline another name for a fresh start.",
                exception);
        }
    }
}
