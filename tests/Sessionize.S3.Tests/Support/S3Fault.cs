namespace Sessionize.S3.Tests.Support;

/// <summary>What goes wrong with a request.</summary>
public enum S3Fault
{
    /// <summary>500, and nothing was done.</summary>
    InternalErrorBefore,

    /// <summary>500, although it was done.</summary>
    InternalErrorAfter,

    /// <summary>503 SlowDown, and nothing was done.</summary>
    SlowDown,

    /// <summary>409 ConditionalRequestConflict, and nothing was done.</summary>
    Conflict,

    /// <summary>501, as of a store that does not know the header.</summary>
    NotImplemented,

    /// <summary>403 without permission.</summary>
    AccessDenied,

    /// <summary>400, because the session token has expired.</summary>
    ExpiredToken,

    /// <summary>The connection breaks before anything was done.</summary>
    DropBefore,

    /// <summary>It is done, and the connection breaks.</summary>
    DropAfter,

    /// <summary>It is done, and the answer never comes.</summary>
    HangAfter,

    /// <summary>The answer breaks off in the middle.</summary>
    CutAnswer,
}
