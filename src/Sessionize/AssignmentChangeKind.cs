namespace Sessionize;

/// <summary>How partitions of a group changed hands.</summary>
public enum AssignmentChangeKind
{
    /// <summary>They are this process's from now on.</summary>
    Assigned,

    /// <summary>They are to go to others, who wait for a while until they are released.</summary>
    Revoked,

    /// <summary>They may be others' already.</summary>
    Lost,
}
