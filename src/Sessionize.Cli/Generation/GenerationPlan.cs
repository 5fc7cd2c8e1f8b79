namespace Sessionize.Cli.Generation;

/// <summary>What is to be generated.</summary>
internal sealed record GenerationPlan
{
    /// <summary>Where generated time starts unless it is said: 2024-01-01T00:00:00Z. Fixed, for equal files of equal seeds.</summary>
    public const long StandardStartMs = 1_704_067_200_000;

    /// <summary>Where generated time starts.</summary>
    public long StartMs { get; init; } = StandardStartMs;

    /// <summary>Whether the events have even distances, as a rate promises, in place of those in which visits fall. Their order is the same.</summary>
    public bool IsSteady { get; init; }

    public required long Users { get; init; }

    /// <summary>The good events, repetitions not counted.</summary>
    public required long Events { get; init; }

    /// <summary>All events lie within this time after the start.</summary>
    public required TimeSpan Duration { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>The share of events that arrive up to 5 minutes behind their time.</summary>
    public double OutOfOrder { get; init; }

    /// <summary>The share of events that arrive twice.</summary>
    public double Duplicates { get; init; }

    /// <summary>How many bad lines there are beside the events, as a share of these.</summary>
    public double Bad { get; init; }

    /// <summary>How many bytes an event has at least, without the line end.</summary>
    public int LeastBytes { get; init; }
}
