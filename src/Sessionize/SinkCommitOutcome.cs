namespace Sessionize;

/// <summary>How a commit ended. An outcome that is not known is a throw.</summary>
public enum SinkCommitOutcome
{
    /// <summary>Rows, positions and versions are durable.</summary>
    Committed,

    /// <summary>Nothing changed: a lane's recorded version is not the one that the commit starts from.</summary>
    Refused,
}
