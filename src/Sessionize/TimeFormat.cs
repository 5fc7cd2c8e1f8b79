namespace Sessionize;

/// <summary>How event times are written in the input. Never guessed (semantics section 8).</summary>
public enum TimeFormat
{
    /// <summary>Milliseconds since the Unix epoch: a JSON integer, or a text of ASCII digits. The default.</summary>
    Milliseconds,

    /// <summary>Seconds since the Unix epoch.</summary>
    Seconds,

    /// <summary>Microseconds since the Unix epoch, rounded down to milliseconds.</summary>
    Microseconds,

    /// <summary>Nanoseconds since the Unix epoch, rounded down to milliseconds.</summary>
    Nanoseconds,

    /// <summary>ISO 8601 text with an offset or <c>Z</c>: <c>2024-05-06T12:00:00.123Z</c>; rounded down to milliseconds.</summary>
    Iso8601,
}
