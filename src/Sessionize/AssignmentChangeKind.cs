namespace Sessionize;

/// <summary>What happened to partitions of a source that several processes share.</summary>
public enum AssignmentChangeKind
{
    /// <summary>This process reads them from now on.</summary>
    Assigned,

    /// <summary>They go to another process, which waits until they are released.</summary>
    Revoked,

    /// <summary>They may be another process's already: nothing of them can be committed any more.</summary>
    Lost,
}
