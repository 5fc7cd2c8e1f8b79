using Sessionize.DependencyInjection;
using Sessionize.Parquet.Events;

namespace Sessionize;

/// <summary>The verb of the builder that reads Parquet files.</summary>
public static class ParquetSourceExtensions
{
    /// <summary>Reads events from Parquet files; see <see cref="ParquetEventSource"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="inputs">Files, and patterns such as <c>data/*.parquet</c>.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder FromParquetFiles(this ISessionizationBuilder builder, params IEnumerable<string> inputs)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(inputs);
        string[] copy = [.. inputs];
        return builder.From(context => new ParquetEventSource(copy, context.Definition.Options, context.Retained));
    }
}
