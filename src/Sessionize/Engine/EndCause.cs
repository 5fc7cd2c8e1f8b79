namespace Sessionize.Engine;

/// <summary>Why a session ends, and when that is due.</summary>
/// <param name="TimeMs">The deadline, or the time of the event that decides.</param>
/// <param name="Kind">The kind of the reason.</param>
/// <param name="Rule">The rule's index in its <see cref="Rules.RuleSet"/>, which is also its rank among equal times.</param>
internal readonly record struct EndCause(long TimeMs, EndCauseKind Kind, int Rule)
{
    /// <summary>No reason is known: the session is open until the input ends.</summary>
    public static EndCause Open { get; } = new(long.MaxValue, EndCauseKind.EndOfInput, Rules.RuleSet.NoRule);

    /// <summary>
    /// The lowest watermark under which the reason is due: a deadline when it is not after the watermark, an event when it is before
    /// it (semantics section 6).
    /// </summary>
    public long DueWatermark => Kind == EndCauseKind.Deadline || TimeMs == long.MaxValue ? TimeMs : TimeMs + 1;

    public static EndCause Earlier(EndCause left, EndCause right)
    {
        int order = left.TimeMs.CompareTo(right.TimeMs);
        order = order != 0 ? order : left.Kind.CompareTo(right.Kind);
        order = order != 0 ? order : left.Rule.CompareTo(right.Rule);
        return order <= 0 ? left : right;
    }
}
