namespace Sessionize.Parquet.Schema;

/// <summary>The columns of a session's row, in the order of semantics section 5, which is that of <c>SessionColumns.Names</c>.</summary>
internal enum SessionColumn
{
    /// <summary>A text.</summary>
    Uuid,

    /// <summary>A text.</summary>
    SessionId,

    /// <summary>Milliseconds.</summary>
    SessionStartTimeMs,

    /// <summary>Milliseconds.</summary>
    SessionEndTimeMs,

    /// <summary>A timestamp in microseconds.</summary>
    SessionStartTime,

    /// <summary>A timestamp in microseconds.</summary>
    SessionEndTime,

    /// <summary>A floating-point number.</summary>
    SessionDurationSeconds,

    /// <summary>A 64-bit number.</summary>
    EventCount,

    /// <summary>A list of texts.</summary>
    PagesVisited,

    /// <summary>A text, or none.</summary>
    EntryPage,

    /// <summary>A text, or none.</summary>
    ExitPage,

    /// <summary>A 64-bit number.</summary>
    PageViewCount,

    /// <summary>True or false.</summary>
    IsBounce,

    /// <summary>A text.</summary>
    EndReason,

    /// <summary>Milliseconds.</summary>
    VisitStartTimeMs,

    /// <summary>A 32-bit number.</summary>
    SessionIndex,

    /// <summary>A 32-bit number.</summary>
    Revision,

    /// <summary>A text, <c>yyyy-MM-dd</c>.</summary>
    SessionDate,

    /// <summary>A 32-bit number.</summary>
    UserHashBucket,
}
