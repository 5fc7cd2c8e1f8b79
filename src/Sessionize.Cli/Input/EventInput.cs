using Sessionize.Cli.Output;
using Sessionize.Parquet.Events;
using Sessionize.Sources;
using Sessionize.Sources.Files;
using Sessionize.Storage;

namespace Sessionize.Cli.Input;

/// <summary>The inputs of the command line: files of lines, or files of Parquet.</summary>
/// <param name="Source">Reads them.</param>
/// <param name="Paths">Their names, patterns resolved; known when the source is open.</param>
/// <param name="Share">How much of them is read, from 0 to 1; <see langword="null"/> where that is not known. Safe to ask from any thread.</param>
internal sealed record EventInput(IEventSource Source, Func<IReadOnlyList<string>> Paths, Func<double?> Share)
{
    private const string StandardInput = "-";
    private const string StandardInputFile = "/dev/stdin";

    /// <summary>Looks at the inputs and makes their source.</summary>
    /// <exception cref="SessionizeException">Some are Parquet and some are not.</exception>
    public static EventInput Of(IReadOnlyList<string> inputs, SessionizationContext context)
    {
        // Mistakes in them are told by the source, with all that is wrong beside them.
        IReadOnlyList<string> paths = InputPaths.Expand(inputs, []);
        string? parquet = paths.FirstOrDefault(IsParquet);
        if (parquet is null)
        {
            FileEventSource lines = new(inputs, context.Parser, context.Definition.Options.MaxLineBytes);
            return new EventInput(lines, () => lines.Paths, () => ShareOf(lines.BytesRead, lines.TotalBytes));
        }

        if (parquet == StandardInput)
        {
            throw new SessionizeException("Standard input is a Parquet file, which is read from its end: name the file instead of -.");
        }

        if (paths.FirstOrDefault(path => !IsParquet(path)) is { } other)
        {
            throw new SessionizeException(
                $"'{TerminalText.Safe(parquet)}' is Parquet and '{TerminalText.Safe(other)}' is not: one run reads either. Turn the smaller part into the other form first.");
        }

        ParquetEventSource rows = new(inputs, context.Definition.Options, context.Retained);
        return new EventInput(rows, () => rows.Paths, () => ShareOf(rows.BytesRead, rows.TotalBytes));
    }

    private static double? ShareOf(long read, long? total) => total > 0 ? (double)read / total.Value : null;

    /// <summary>By the first bytes or the ending. Of a file that only has the ending, the source says what is wrong.</summary>
    private static bool IsParquet(string path)
    {
        string place = path == StandardInput ? StandardInputFile : path;
        bool hasEnding = path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
        if (!File.Exists(place) || !FileIdentity.IsRegularFile(place))
        {
            // A look into a pipe would take away its first bytes.
            return hasEnding;
        }

        try
        {
            using FileStream file = new(place, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> start = stackalloc byte[4];
            return hasEnding || start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)].SequenceEqual("PAR1"u8);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return hasEnding;
        }
    }
}
