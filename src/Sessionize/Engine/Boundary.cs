namespace Sessionize.Engine;

/// <summary>What lies between an event and the one before it.</summary>
internal enum Boundary
{
    /// <summary>Nothing: the event goes into the session.</summary>
    None,

    /// <summary>The event starts the next session of the same visit.</summary>
    Session,

    /// <summary>The event starts a new visit.</summary>
    Visit,
}
