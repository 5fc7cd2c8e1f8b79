namespace Sessionize;

/// <summary>What a sink is told when it is opened.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Lanes">The lanes whose last commit is asked for.</param>
/// <param name="StateStore">The pipeline's store, whose commit record decides for sinks that cannot hold positions.</param>
public sealed record SinkOpening(string Pipeline, IReadOnlyList<LaneId> Lanes, ISessionStateStore StateStore);
