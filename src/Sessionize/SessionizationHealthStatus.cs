namespace Sessionize;

/// <summary>How a streaming pipeline is.</summary>
public enum SessionizationHealthStatus
{
    /// <summary>It does what it is asked for, or is done. How far it is behind does not count.</summary>
    Healthy,

    /// <summary>It works, but something is in its way: it starts, its intake is held back, commits are tried again, or lanes were left out.</summary>
    Degraded,

    /// <summary>It failed, another process commits for the same lanes, or nothing is committed although there is input.</summary>
    Unhealthy,
}
