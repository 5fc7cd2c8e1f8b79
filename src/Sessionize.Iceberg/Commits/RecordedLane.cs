namespace Sessionize.Iceberg.Commits;

/// <summary>The last committed entry of a lane.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Commit">The commit that made it.</param>
internal sealed record RecordedLane(LaneCommit Entry, Guid Commit);
