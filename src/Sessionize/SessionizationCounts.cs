namespace Sessionize;

/// <summary>What a pipeline did since it was opened.</summary>
public sealed record SessionizationCounts
{
    /// <summary>The good events, late ones included.</summary>
    public required long Events { get; init; }

    /// <summary>The late events.</summary>
    public required long LateEvents { get; init; }

    /// <summary>The bad events by reason, in the order of the reasons' names; reasons that did not occur are not there.</summary>
    public required IReadOnlyDictionary<string, long> BadEvents { get; init; }

    /// <summary>The sessions that closed.</summary>
    public required long ClosedSessions { get; init; }

    /// <summary>The users that are remembered.</summary>
    public required long OpenUsers { get; init; }

    /// <summary>The lanes that were left out because their state cannot be opened; see <see cref="LaneFailurePolicy.ContinueOthers"/>.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<LaneId> FailedLanes { get; init; } = [];
}
