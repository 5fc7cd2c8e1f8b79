namespace Sessionize;

/// <summary>What a pipeline that ends does with open sessions (design section 6).</summary>
/// <remarks>Immutable.</remarks>
public sealed record EndClosing
{
    internal const long LastEndTimeMs = 253_402_300_799_999;

    private EndClosing(EndClosingKind kind, long? endTimeMs) => (Kind, EndTimeMs) = (kind, endTimeMs);

    /// <summary>The next run goes on with the state.</summary>
    public static EndClosing LeaveOpen { get; } = new(EndClosingKind.LeaveOpen, null);

    /// <summary>The watermark of partitions that were read to their end moves to the start of the run minus the delay.</summary>
    public static EndClosing CloseDue { get; } = new(EndClosingKind.CloseDue, null);

    /// <summary>The kind of closing.</summary>
    public EndClosingKind Kind { get; }

    /// <summary>T of semantics section 2, for <see cref="EndClosingKind.CloseAll"/>; <see langword="null"/>: the highest event time.</summary>
    public long? EndTimeMs { get; }

    /// <summary>All sessions close: the input is bounded and ends at T.</summary>
    /// <remarks>
    /// Members of a group have to close at the same T. Without one, a source with a group (<see cref="IGroupEventSource"/>) may refuse to start beside other members; the one of Kafka does.
    /// </remarks>
    /// <param name="endTimeMs">T, in milliseconds since the Unix epoch; <see langword="null"/>: the highest event time that was read.</param>
    /// <returns>The closing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">T is before 1970 or after the year 9999.</exception>
    public static EndClosing CloseAll(long? endTimeMs = null)
    {
        ThrowIfNoTime(endTimeMs);
        return new(EndClosingKind.CloseAll, endTimeMs);
    }

    /// <summary>T is a time that a calendar has; events have an earlier limit, but an end may lie behind all of them.</summary>
    internal static void ThrowIfNoTime(long? endTimeMs)
    {
        if (endTimeMs is < 0 or > LastEndTimeMs)
        {
            throw new ArgumentOutOfRangeException(
                nameof(endTimeMs), endTimeMs, $"The end time is in milliseconds since 1970-01-01, from 0 to {LastEndTimeMs} (the end of the year 9999).");
        }
    }
}
