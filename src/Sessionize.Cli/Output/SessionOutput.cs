using Sessionize.Parquet;
using Sessionize.Sinks;

namespace Sessionize.Cli.Output;

/// <summary>Where sessions go, and how: the sinks of the command line.</summary>
internal static class SessionOutput
{
    /// <summary>The format that a file's ending says; <see langword="null"/> for another ending.</summary>
    public static OutputFormat? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".NDJSON" or ".JSONL" => OutputFormat.Ndjson,
        ".CSV" => OutputFormat.Csv,
        ".PARQUET" => OutputFormat.Parquet,
        _ => null,
    };

    public static ISessionSink ToFile(string path, OutputFormat format, bool overwrite) => format == OutputFormat.Parquet
        ? ParquetSessionSink.ToFile(path, overwrite: overwrite)
        : SessionFileSink.ToFile(path, TextFormat(format), overwrite);

    public static ISessionSink ToStream(Stream stream, OutputFormat format) => format == OutputFormat.Parquet
        ? ParquetSessionSink.ToStream(stream)
        : SessionFileSink.ToStream(stream, TextFormat(format));

    private static SessionFileFormat TextFormat(OutputFormat format) => format == OutputFormat.Csv ? SessionFileFormat.Csv : SessionFileFormat.Ndjson;
}
