namespace Sessionize;

/// <summary>How sessions are named (semantics section 4). Same events, same strategy, any mode: same ids.</summary>
public enum SessionIds
{
    /// <summary>
    /// <c>{user}_session_{n}_{k}</c>, where n counts the user's visits from 1. Unique within one run over bounded input
    /// only; refused in streaming, where a visit's number would need all of a user's past.
    /// </summary>
    Ordinal,

    /// <summary>
    /// <c>{user}_session_{visitStartMs}_{k}</c>. Needs no counter, so it survives state expiry and replays. Of several
    /// visits of one user that start in the same millisecond, the second and later ones carry their number:
    /// <c>{user}_session_{visitStartMs}.{j}_{k}</c>.
    /// </summary>
    StartTime,
}
