namespace Sessionize.Cli.Output;

/// <summary>How the summary of a run is written.</summary>
internal enum SummaryFormat
{
    /// <summary>Lines for a person.</summary>
    Text,

    /// <summary>One JSON object.</summary>
    Json,
}
