namespace Sessionize;

/// <summary>Decides where one visit or session ends and the next one starts (semantics section 2).</summary>
/// <remarks>
/// <para>Derive from <see cref="SessionBoundaryRule"/>, which answers every question with "no"; implement this interface only
/// where that is not possible.</para>
/// <para><b>Contract.</b> A rule is called by many threads at once. Each answer is a pure function of what it is shown: it
/// reads no clock and keeps no state, since the same event may be asked about any number of times and in any order of users.
/// It must not throw: a throw stops the pipeline, naming rule and position. A rule sees its own scope only.</para>
/// </remarks>
public interface ISessionBoundaryRule
{
    /// <summary>The name, unique in a pipeline. It is stored with the state and appears in <c>Rule:&lt;name&gt;</c>.</summary>
    string Name { get; }

    /// <summary>The version of the rule's meaning. Another version does not take over stored state silently.</summary>
    int Version { get; }

    /// <summary>Whether the rule cuts visits or sessions.</summary>
    RulePass Pass { get; }

    /// <summary>The event fields that the rule reads; reading another one throws. Time is always there.</summary>
    EventFields Reads { get; }

    /// <summary>The rule's parameters as text, stored with the state so that a change of them is seen; empty for none.</summary>
    string Parameters { get; }

    /// <summary>Does this event start a new scope? Asked for an event with a predecessor.</summary>
    /// <param name="context">The event, its predecessor, and the scope's start and count <b>without</b> the event.</param>
    /// <returns>Whether the event starts a new visit or session.</returns>
    bool StartsNew(in BoundaryContext context);

    /// <summary>Does the scope end with this event? Asked once the event has its place.</summary>
    /// <param name="context">The event, its predecessor, and the scope's start and count <b>with</b> the event.</param>
    /// <returns>Whether the event is the last one of its visit or session.</returns>
    bool EndsWith(in BoundaryContext context);

    /// <summary>When does the scope end if this event is its last? Asked once the event has its place.</summary>
    /// <param name="context">The event, its predecessor, and the scope's start and count <b>with</b> the event.</param>
    /// <returns>
    /// The first time, in milliseconds since the Unix epoch, that no longer belongs to the scope, or <see langword="null"/> for
    /// none. One that is not later than the event counts as 1 ms after it.
    /// </returns>
    long? DeadlineAfter(in BoundaryContext context);
}
