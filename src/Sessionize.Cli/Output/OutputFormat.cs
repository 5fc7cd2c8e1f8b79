namespace Sessionize.Cli.Output;

/// <summary>How sessions are written.</summary>
internal enum OutputFormat
{
    Ndjson,
    Csv,
    Parquet,
}
