namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>What happens to a process at a step.</summary>
public enum FaultKind
{
    /// <summary>It ends without a word.</summary>
    Crash,

    /// <summary>The call fails, and the process goes on as it sees fit.</summary>
    Failure,

    /// <summary>It stands still for an hour, while another process takes over, and goes on as if nothing had been.</summary>
    Sleep,
}
