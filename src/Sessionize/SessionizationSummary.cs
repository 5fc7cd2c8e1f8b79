namespace Sessionize;

/// <summary>What a run over bounded input did.</summary>
public sealed record SessionizationSummary
{
    /// <summary>The events that were taken in.</summary>
    public required long Events { get; init; }

    /// <summary>The users.</summary>
    public required long Users { get; init; }

    /// <summary>The sessions.</summary>
    public required long Sessions { get; init; }

    /// <summary>The sessions by end reason, in the order of the reasons' names.</summary>
    public required IReadOnlyDictionary<string, long> EndReasons { get; init; }

    /// <summary>The bad events by reason, in the order of the reasons' names.</summary>
    public required IReadOnlyDictionary<string, long> BadEvents { get; init; }

    /// <summary>The lengths of the sessions.</summary>
    public required SessionLengths Durations { get; init; }

    /// <summary>How long the run took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>T of semantics section 2, in milliseconds since the Unix epoch; <see langword="null"/> when there were no events and none was given.</summary>
    public long? EndTimeMs { get; init; }
}
