namespace Sessionize;

/// <summary>What happens to a row of the output.</summary>
public enum SessionChangeKind
{
    /// <summary>The session is new, or a new revision of one that was retracted before.</summary>
    Added,

    /// <summary>The row with this id leaves the output: a late event changed it (<see cref="LateEventPolicy.Amend"/>).</summary>
    Retracted,
}
