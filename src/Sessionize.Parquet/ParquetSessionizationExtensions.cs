using Sessionize.DependencyInjection;
using Sessionize.Parquet;

namespace Sessionize;

/// <summary>Parquet's verbs of a pipeline.</summary>
public static class ParquetSessionizationExtensions
{
    /// <summary>Writes the sessions of a batch run to a Parquet file, which appears whole or not at all; see <see cref="ParquetSessionSink"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file's name.</param>
    /// <param name="overwrite">Whether an existing file is replaced, at the commit.</param>
    /// <param name="configure">Sets how the file is written; <see langword="null"/>: the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static ISessionizationBuilder ToParquetFile(
        this ISessionizationBuilder builder, string path, bool overwrite = false, Action<ParquetSessionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ParquetSessionOptions options = new();
        configure?.Invoke(options);

        // A mistake shows where it was made, not when the pipeline starts.
        _ = options.ToSettings();
        return builder.To(_ => ParquetSessionSink.ToFile(path, options, overwrite));
    }
}
