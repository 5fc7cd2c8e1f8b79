namespace Sessionize.Iceberg.Tests.Commits.Scripts;

/// <summary>A process that commits for one lane.</summary>
internal sealed class LaneProcess(IcebergSessionSink sink)
{
    public IcebergSessionSink Sink => sink;

    /// <summary>Where it believes that the lane stands.</summary>
    public LaneCommit? Last { get; set; }
}
