namespace Sessionize.Engine;

/// <summary>A lane that this process owns, and where its commits stand.</summary>
internal sealed class OpenLane(Lane lane)
{
    public Lane Lane { get; } = lane;

    /// <summary>The version that the last barrier goes to, or the last commit if none is under way.</summary>
    public StateVersion? Version { get; set; }

    /// <summary>How many deltas were written since the last full snapshot.</summary>
    public int Deltas { get; set; }

    /// <summary>The bytes of the last full snapshot and of the deltas on it, as given to the store; 0 before the first snapshot of this process.</summary>
    public long StateBytes { get; set; }

    /// <summary>Whether the state was rebuilt and is in no version yet: it is committed as soon as that can be.</summary>
    public bool IsRebuilt { get; set; }

    /// <summary>The last version before the newest snapshot; <see langword="null"/>: none is known.</summary>
    public StateVersion? Older { get; set; }

    /// <summary>How many of the lane's closed sessions were shown to those who read along.</summary>
    public int Shown { get; set; }
}
