using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;

namespace Sessionize.Engine;

/// <summary>The lanes whose state could not be opened, where the others go on without them.</summary>
/// <remarks>Its lanes may be read by other threads; everything else is the engine's.</remarks>
internal sealed class FailedLanes(PipelinePlan plan, ILogger logger)
{
    private ImmutableSortedDictionary<LaneId, (SessionizeException Failure, ImmutableHashSet<string> Partitions)> _lanes =
        ImmutableSortedDictionary<LaneId, (SessionizeException, ImmutableHashSet<string>)>.Empty;

    public IReadOnlyList<LaneId> Lanes => [.. _lanes.Keys];

    /// <summary>Whether records of a partition are passed over.</summary>
    public bool Hold(string partition) => !_lanes.IsEmpty && _lanes.Values.Any(lane => lane.Partitions.Contains(partition));

    /// <summary>Leaves a lane out, if that was asked for and may help: what passes, and what hits all lanes, is not the lane's own.</summary>
    /// <returns>Whether the lane is left out.</returns>
    public bool TryLeaveOut(LaneId lane, IEnumerable<SourcePartition> partitions, SessionizeException failure)
    {
        if (plan.LaneFailures != LaneFailurePolicy.ContinueOthers || failure.IsTransient)
        {
            return false;
        }

        Log.LaneLeftOut(logger, plan.Name, lane.Number, failure);
        _lanes = _lanes.SetItem(lane, (failure, [.. partitions.Select(partition => partition.Name)]));
        return true;
    }

    /// <summary>The lanes are another's now, or are opened again.</summary>
    public void Forget(IEnumerable<LaneId> lanes) => _lanes = _lanes.RemoveRange(lanes);

    /// <exception cref="SessionizeException">Lanes were left out: the run did not do all that it was asked for.</exception>
    public void ThrowIfAny()
    {
        if (!_lanes.IsEmpty)
        {
            SessionizeException first = _lanes.Values.First().Failure;
            throw new SessionizeException(
                $"The pipeline '{plan.Name}' left out lane{(_lanes.Count > 1 ? "s" : "")} {string.Join(", ", _lanes.Keys)}: {first.Message} What the other lanes committed stands.", first);
        }
    }
}
