using Sessionize.Diagnostics;

namespace Sessionize.Engine;

/// <summary>The engine's lanes whose state is lost, while it is rebuilt from their records. The others go on meanwhile.</summary>
internal sealed partial class StreamingEngine
{
    private readonly List<LaneReplay> _replays = [];

    // Where the partitions of a lane go on that the last batch completed.
    private Dictionary<string, long>? _rebuilt;

    /// <summary>The lanes whose state is being rebuilt. May be asked for by any thread.</summary>
    public IReadOnlyList<LaneId> RebuiltLanes { get; private set; } = [];

    /// <summary>Where the partitions go on of a lane that was rebuilt with the last batch taken; <see langword="null"/>: none was.</summary>
    public IReadOnlyDictionary<string, long>? TakeRebuilt()
    {
        Dictionary<string, long>? rebuilt = _rebuilt;
        _rebuilt = null;
        return rebuilt;
    }

    /// <summary>The source has no more records.</summary>
    /// <exception cref="SessionizeException">A lane would need more to be rebuilt, and nobody said that the others may go on.</exception>
    public void EndRebuilding()
    {
        foreach (LaneReplay replay in _replays.ToArray())
        {
            GiveUp(replay, replay.EndedEarly());
        }
    }

    private void Add(LaneReplay replay)
    {
        _replays.Add(replay);
        RebuiltLanes = [.. _replays.Select(known => known.Commit.Lane)];
        CompleteAtEnd(replay);
    }

    private void Remove(LaneReplay replay)
    {
        _replays.Remove(replay);
        RebuiltLanes = [.. _replays.Select(known => known.Commit.Lane)];
    }

    /// <returns>Whether the batch is one of a lane that is being rebuilt.</returns>
    private bool TryReplay(EventBatch batch)
    {
        if (_replays.Find(known => known.Reads(batch.Partition)) is not { } replay)
        {
            return false;
        }

        replay.Take(batch);
        if (CompleteAtEnd(replay))
        {
            _rebuilt = replay.Lane.Partitions.ToDictionary(partition => partition.Source.Name, partition => partition.Next, StringComparer.Ordinal);
        }

        return true;
    }

    /// <returns>Whether the lane is rebuilt now, and goes on like any other.</returns>
    private bool CompleteAtEnd(LaneReplay replay)
    {
        if (!replay.IsAtEnd)
        {
            return false;
        }

        Lane lane;
        try
        {
            lane = replay.Complete();
        }
        catch (SessionizeException failure)
        {
            GiveUp(replay, failure);
            return false;
        }

        Log.Rebuilt(logger, plan.Name, lane.Id.Number, replay.Records);
        Remove(replay);
        Add(new OpenLane(lane) { Version = replay.Commit.To, Deltas = DeltasPerSnapshot, IsRebuilt = true });
        return true;
    }

    private void GiveUp(LaneReplay replay, SessionizeException failure)
    {
        Remove(replay);
        replay.Lane.Dispose();
        if (!_failed.TryLeaveOut(replay.Commit.Lane, replay.Lane.Partitions.Select(partition => partition.Source), failure))
        {
            throw failure;
        }

        ThrowIfNoneIsLeft();
    }

    private void ThrowIfNoneIsLeft()
    {
        if (_lanes.IsEmpty && _replays.Count == 0)
        {
            _failed.ThrowIfAny();
        }
    }
}
