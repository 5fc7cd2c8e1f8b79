namespace Sessionize.Iceberg.Commits;

/// <summary>What a commit has to do at one try.</summary>
internal enum CommitStepKind
{
    /// <summary>Make a snapshot.</summary>
    Go,

    /// <summary>Nothing: the table has the commit already.</summary>
    Done,

    /// <summary>Nothing: it may not be made any more.</summary>
    Refused,
}
