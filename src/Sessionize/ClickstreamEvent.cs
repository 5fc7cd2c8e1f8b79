namespace Sessionize;

/// <summary>One event of a user, as a host application hands it in or reads it back.</summary>
/// <remarks>
/// <para>Immutable, and safe for use by several threads. Events that come from files or topics never become
/// objects of this type: they stay UTF-8 columns.</para>
/// <para>An event that breaks a rule of semantics section 8 (an empty <see cref="UserId"/>, a time out of range, half a
/// surrogate pair) is a bad event: it is counted and dead-lettered, and never throws.</para>
/// </remarks>
/// <param name="UserId">Whose event it is. Compared unchanged: no trimming, no case folding. Empty is none.</param>
/// <param name="TimestampMs">The event time in milliseconds since the Unix epoch.</param>
/// <param name="PageName">The page, or <see langword="null"/> for an event without one. Empty is none.</param>
/// <param name="EventId">The id that orders events of equal time, or <see langword="null"/>. Empty is none.</param>
public sealed record ClickstreamEvent(string? UserId, long TimestampMs, string? PageName = null, string? EventId = null)
{
    /// <summary>Creates an event from a point in time.</summary>
    /// <param name="userId">Whose event it is.</param>
    /// <param name="time">The event time; a fraction of a millisecond is rounded down.</param>
    /// <param name="pageName">The page, or <see langword="null"/>.</param>
    /// <param name="eventId">The id that orders events of equal time, or <see langword="null"/>.</param>
    public ClickstreamEvent(string? userId, DateTimeOffset time, string? pageName = null, string? eventId = null)
        : this(userId, time.ToUnixTimeMilliseconds(), pageName, eventId)
    {
    }

    /// <summary>The values of further fields that rules read, by path (<c>utm.campaign</c>).</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyDictionary<string, string?> Fields { get; init; } = EmptyFields;

    private static IReadOnlyDictionary<string, string?> EmptyFields { get; } = new Dictionary<string, string?>().AsReadOnly();
}
