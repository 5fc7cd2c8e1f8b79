namespace Sessionize.Sinks;

/// <summary>How sessions stand in a file.</summary>
public enum SessionFileFormat
{
    /// <summary>One JSON object a line.</summary>
    Ndjson,

    /// <summary>Comma-separated values with a header (RFC 4180, lines ended by LF).</summary>
    Csv,
}
