namespace Sessionize.Cli.Output;

/// <summary>How the commands that look at tables write.</summary>
internal enum TableFormat
{
    /// <summary>Tables for a person.</summary>
    Text,

    /// <summary>One JSON object.</summary>
    Json,

    /// <summary>One JSON object a line.</summary>
    Ndjson,
}
