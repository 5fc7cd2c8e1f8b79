namespace Sessionize;

/// <summary>How a read of a source ended.</summary>
public enum SourceReadResult
{
    /// <summary>The batch holds records.</summary>
    Records,

    /// <summary>Every partition is read to the end that was seen; more may come.</summary>
    CaughtUp,

    /// <summary>The input is bounded and read to its end.</summary>
    EndOfInput,

    /// <summary>The partitions that this process reads have changed; only of an <see cref="IGroupEventSource"/>.</summary>
    AssignmentChanged,
}
