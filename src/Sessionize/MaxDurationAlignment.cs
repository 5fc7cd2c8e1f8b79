namespace Sessionize;

/// <summary>From where the maximum duration is counted (semantics section 2).</summary>
public enum MaxDurationAlignment
{
    /// <summary>In cells from the start of the visit; a session ends at the end of its cell. The default.</summary>
    Anchored,

    /// <summary>From the start of the session: the event on or over the line starts the next one and is its anchor.</summary>
    Restarting,
}
