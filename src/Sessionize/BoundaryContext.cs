namespace Sessionize;

/// <summary>What a rule is shown: an event, the event before it in the same visit, and the rule's own scope.</summary>
/// <remarks>Valid during the call only; nothing of it can be kept.</remarks>
public readonly ref struct BoundaryContext
{
    internal BoundaryContext(EventView current, bool hasPrevious, EventView previous, ScopeFacts scope, long visitStartMs)
    {
        Current = current;
        HasPrevious = hasPrevious;
        Previous = previous;
        Scope = scope;
        VisitStartMs = visitStartMs;
    }

    /// <summary>The event.</summary>
    public EventView Current { get; }

    /// <summary>Whether the event has a predecessor; the first event of a visit has none, in every mode.</summary>
    public bool HasPrevious { get; }

    /// <summary>The event before it in the same visit. Without one, every text of it is absent and its time is that of <see cref="Current"/>.</summary>
    public EventView Previous { get; }

    /// <summary>The scope's start and event count.</summary>
    public ScopeFacts Scope { get; }

    /// <summary>The visit's start, for the one built-in rule whose cells are counted from there.</summary>
    internal long VisitStartMs { get; }
}
