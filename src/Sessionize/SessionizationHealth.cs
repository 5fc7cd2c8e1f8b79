namespace Sessionize;

/// <summary>How a streaming pipeline is at a moment, and why.</summary>
public sealed record SessionizationHealth
{
    /// <summary>How it is: the worst of <see cref="Findings"/>.</summary>
    public required SessionizationHealthStatus Status { get; init; }

    /// <summary>What is not as it should be, as sentences, the worst first.</summary>
    /// <value>Empty when the pipeline is healthy.</value>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>The lanes that this process has, in their order.</summary>
    /// <value>Empty before the start and after the end.</value>
    public required IReadOnlyList<LaneHealth> Lanes { get; init; }
}
