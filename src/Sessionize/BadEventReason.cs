namespace Sessionize;

/// <summary>Why a record is not an event. The first that applies, in this order (semantics section 8).</summary>
public enum BadEventReason
{
    /// <summary>Not bad.</summary>
    None,

    /// <summary>The line is longer than <see cref="SessionizationOptions.MaxLineBytes"/>, without its line end.</summary>
    LineTooLong,

    /// <summary>The record is not UTF-8, or half a surrogate pair stands in a field that is read.</summary>
    InvalidUtf8,

    /// <summary>The record is not one JSON object (RFC 8259), or is nested more than 64 levels deep.</summary>
    MalformedJson,

    /// <summary>The user id is absent, null, empty, or neither text nor integer.</summary>
    MissingUserId,

    /// <summary>The timestamp is absent, null or <c>""</c>.</summary>
    MissingTimestamp,

    /// <summary>The timestamp is not of the configured <see cref="TimeFormat"/>.</summary>
    BadTimestamp,

    /// <summary>The timestamp is before 1970-01-01, or at or after 2200-01-01.</summary>
    TimestampOutOfRange,

    /// <summary>The timestamp lies more than <see cref="SessionizationOptions.MaxFutureSkew"/> after the record's arrival.</summary>
    FutureTimestamp,
}
