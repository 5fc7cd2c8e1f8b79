namespace Sessionize;

/// <summary>What a streaming pipeline did in one trigger: since the trigger before, or since it was started.</summary>
public sealed record TriggerProgress
{
    /// <summary>When the trigger ended.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The events that were taken in, late ones included, bad ones not.</summary>
    public required long InputRows { get; init; }

    /// <summary>The same by the time since the trigger before.</summary>
    public required double InputRowsPerSecond { get; init; }

    /// <summary>How long the trigger's own work took: idle partitions and the commit.</summary>
    public required TimeSpan ProcessingTime { get; init; }

    /// <summary>The sessions that closed.</summary>
    public required long ClosedSessions { get; init; }

    /// <summary>The late events.</summary>
    public required long LateEvents { get; init; }

    /// <summary>The bad events.</summary>
    public required long BadEvents { get; init; }

    /// <summary>The users that are remembered.</summary>
    public required long OpenUsers { get; init; }

    /// <summary>The partitions that this process reads.</summary>
    public required int Partitions { get; init; }

    /// <summary>How many records lie between the positions and the ends of the partitions; <see langword="null"/> where the source cannot tell.</summary>
    public required long? Lag { get; init; }

    /// <summary>The lowest watermark of all lanes; <see langword="null"/> before each of them had an event.</summary>
    public required DateTimeOffset? Watermark { get; init; }

    /// <summary>Whether something was committed; otherwise there was nothing, or it may wait (<see cref="SessionizationOptions.MaxCommitDelay"/>).</summary>
    public required bool HasCommitted { get; init; }
}
