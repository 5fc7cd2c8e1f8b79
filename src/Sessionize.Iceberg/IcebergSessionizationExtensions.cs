using Microsoft.Extensions.Logging;
using Sessionize.DependencyInjection;
using Sessionize.Iceberg;

namespace Sessionize;

/// <summary>Iceberg's verbs of a pipeline.</summary>
public static class IcebergSessionizationExtensions
{
    /// <summary>Writes the sessions to an Iceberg table; see <see cref="IcebergSessionSink"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Says which table, and how.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Mistakes in the options are told when the pipeline starts. A pipeline has one sink. Sessions are named by their start, in batch, too, unless
    /// <see cref="SessionizationOptions.Ids"/> was set before: a table keeps the sessions of many runs, and the numbers of visits are unique within one.
    /// </remarks>
    public static ISessionizationBuilder ToIceberg(this ISessionizationBuilder builder, Action<IcebergTableOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        IcebergTableOptions options = new();
        configure(options);
        return builder.WithOptions(settings => settings.Ids ??= SessionIds.StartTime).To(context => new IcebergSessionSink(options, context.TimeProvider, context.LoggerFactory.CreateLogger("Sessionize.Iceberg")));
    }
}
