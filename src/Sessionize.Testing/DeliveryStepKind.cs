namespace Sessionize.Testing;

/// <summary>What happens in a <see cref="DeliveryStep"/>.</summary>
public enum DeliveryStepKind
{
    /// <summary>The next events arrive in one micro-batch; the number says how many.</summary>
    Send,

    /// <summary>A commit.</summary>
    Commit,

    /// <summary>The processes end without a word, and start again.</summary>
    Crash,

    /// <summary>A commit that crashes at a step of its protocol; the number says which. Then the processes start again.</summary>
    CrashInCommit,

    /// <summary>A lane moves to another process; the number says which lane.</summary>
    MoveLane,

    /// <summary>A lane is lost to another process while its owner goes on; the number says which lane.</summary>
    StealLane,
}
