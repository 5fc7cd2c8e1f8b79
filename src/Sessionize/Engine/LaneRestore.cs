using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;
using Sessionize.State;

namespace Sessionize.Engine;

/// <summary>Takes over the state of lanes as a commit names it.</summary>
internal sealed class LaneRestore(PipelinePlan plan, ISessionStateStore store, IGroupEventSource? group, ILogger logger)
{
    /// <exception cref="SessionizeException">The state is missing, damaged, of other rules, or not at the commit's positions; or the source does not have these any more.</exception>
    public async ValueTask RunAsync(Lane lane, LaneCommit commit, CancellationToken cancellationToken)
    {
        IReadOnlyList<PartitionPosition> present = group is null
            ? commit.Positions
            : await group.CheckAsync(commit.Positions, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> presentNames = commit.Positions.Zip(present)
            .ToDictionary(pair => pair.First.Partition, pair => pair.Second.Partition, StringComparer.Ordinal);
        await store.LoadAsync(
            lane.Id,
            commit.To,
            async (stream, token) =>
            {
                if (stream is MemoryStream memory && memory.TryGetBuffer(out ArraySegment<byte> bytes))
                {
                    Apply(lane, commit, bytes, presentNames);
                    return;
                }

                using MemoryStream part = new();
                await stream.CopyToAsync(part, token).ConfigureAwait(false);
                Apply(lane, commit, part.GetBuffer().AsMemory(0, (int)part.Length), presentNames);
            },
            cancellationToken).ConfigureAwait(false);
        foreach ((PartitionPosition recorded, PartitionPosition goOn) in commit.Positions.Zip(present))
        {
            if (lane.Partitions.FirstOrDefault(known => known.Source.Name == goOn.Partition) is not { } partition || partition.Next != recorded.Next)
            {
                throw new SessionizeException(
                    $"The state of lane {lane.Id}, version {commit.To}, and the commit that names it do not agree on the position of '{recorded.Partition}'. "
                    + "One of the two was replaced: bring back the one that belongs to the other, or give the pipeline another name for a fresh start.");
            }

            partition.Next = goOn.Next;
        }

        // What was accepted as lost is committed as such: the old position would mean other records one day, when the topic has grown past it again.
        lane.CompleteRestore(hasMoved: commit.Positions.Zip(present).Any(pair => pair.First.Next != pair.Second.Next || pair.First.Partition != pair.Second.Partition));

        // The process that committed it may have ended before it could say so, and a version that nobody confirms is deleted one day.
        await store.ConfirmAsync(lane.Id, commit.To, cancellationToken).ConfigureAwait(false);
    }

    private void Apply(Lane lane, LaneCommit commit, ReadOnlyMemory<byte> part, IReadOnlyDictionary<string, string> presentNames)
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
                $"The state of lane {lane.Id}, version {commit.To}, cannot be gone on with: {exception.Message}. "
                + "Go on with the rules that it was written with, or give the pipeline another name for a fresh start.",
                exception);
        }
    }
}
