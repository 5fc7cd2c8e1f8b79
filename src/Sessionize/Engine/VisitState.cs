namespace Sessionize.Engine;

/// <summary>What is known of a user's current visit and session as of the last event that has its place. <c>default</c>: no event yet.</summary>
/// <remarks>
/// This is all that has to be carried over a closed session: the kernel goes on from it as if it had just placed the events before.
/// </remarks>
internal struct VisitState
{
    /// <summary>The number of the visit among the user's, from 1; 0 when there was no event yet.</summary>
    public long VisitNumber;

    /// <summary>How many visits that started in the same millisecond came directly before this one (j of semantics section 4).</summary>
    public int SameStart;

    public long VisitStartMs;
    public long VisitEvents;
    public long SessionStartMs;
    public long SessionEvents;

    /// <summary>k of semantics section 4.</summary>
    public long SessionIndex;

    /// <summary>The cuts of this visit that fell between two events of one cell of the anchored maximum.</summary>
    public long CutsInsideCells;

    /// <summary>The predecessor of the next event in this visit.</summary>
    public RetainedEvent Last;

    /// <summary>The earliest pass-1 deadline and its rule; <see cref="long.MaxValue"/> and -1 when there is none.</summary>
    public long VisitDeadlineMs;
    public int VisitDeadlineRule;

    /// <summary>The earliest pass-2 deadline and its rule; <see cref="long.MaxValue"/> and -1 when there is none.</summary>
    public long SessionDeadlineMs;
    public int SessionDeadlineRule;

    /// <summary>The first pass-1 rule that ends with <see cref="Last"/>, or -1.</summary>
    public int VisitEndsRule;

    /// <summary>The first pass-2 rule that ends with <see cref="Last"/>, or -1.</summary>
    public int SessionEndsRule;

    /// <summary>
    /// Whether the session of <see cref="Last"/> was given out: the next event starts at least a new session, even where a rule with
    /// other parameters than before the restart would not say so.
    /// </summary>
    public bool IsClosed;

    public readonly bool HasEvent => VisitNumber > 0;

    /// <summary>Why the session ends if <see cref="Last"/> is its last event.</summary>
    public readonly EndCause EndAfterLast
    {
        get
        {
            int endsWith = VisitEndsRule >= 0 ? VisitEndsRule : SessionEndsRule;
            if (endsWith >= 0)
            {
                return new EndCause(Last.TimestampMs, EndCauseKind.EndsWith, endsWith);
            }

            if (VisitDeadlineRule < 0 && SessionDeadlineRule < 0)
            {
                return EndCause.Open;
            }

            return VisitDeadlineRule >= 0 && (SessionDeadlineRule < 0 || VisitDeadlineMs <= SessionDeadlineMs)
                ? new EndCause(VisitDeadlineMs, EndCauseKind.Deadline, VisitDeadlineRule)
                : new EndCause(SessionDeadlineMs, EndCauseKind.Deadline, SessionDeadlineRule);
        }
    }
}
