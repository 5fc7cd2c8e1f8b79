namespace Sessionize;

/// <summary>What a rule is told of its own scope: the visit for pass 1, the session for pass 2.</summary>
/// <param name="StartMs">The time of the scope's first event, in milliseconds since the Unix epoch.</param>
/// <param name="EventCount">The number of events: without the current one when the rule is asked whether it starts new, else with it.</param>
public readonly record struct ScopeFacts(long StartMs, long EventCount);
