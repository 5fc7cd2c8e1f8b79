namespace Sessionize.Parsing;

/// <summary>What a line was taken for.</summary>
internal enum LineKind
{
    /// <summary>An event.</summary>
    Event,

    /// <summary>Nothing but spaces, tabs and carriage returns: no event, and not bad.</summary>
    Blank,

    /// <summary>Bad, for a <see cref="BadEventReason"/>.</summary>
    Bad,
}
