namespace Sessionize;

/// <summary>What happens when the state of a lane cannot be opened: missing, damaged, or of other rules.</summary>
public enum LaneFailurePolicy
{
    /// <summary>The pipeline stops with the error. The default.</summary>
    Stop,

    /// <summary>
    /// The lane is left out and the others go on: records of its partitions are passed over, and its positions and state stay as they are. The error is logged,
    /// <see cref="SessionizationCounts.FailedLanes"/> has the lane, and when the run ends, however it ends, it fails with the error. If no lane can be opened, it fails at once.
    /// </summary>
    ContinueOthers,
}
