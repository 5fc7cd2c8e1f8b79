namespace Sessionize;

/// <summary>What happens to an event that arrives after its place was closed (semantics section 6). It is always counted.</summary>
public enum LateEventPolicy
{
    /// <summary>The event goes to the dead letters with the reason <c>Late</c>. The default: nothing is lost.</summary>
    SideOutput,

    /// <summary>The event is counted and dropped.</summary>
    Drop,

    /// <summary>The rows that it changes are retracted and issued again. Not available yet: the pipeline refuses it at start.</summary>
    Amend,
}
