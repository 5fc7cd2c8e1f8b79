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
    /// <remarks>Mistakes in the options are told when the pipeline starts. A pipeline has one sink.</remarks>
    public static ISessionizationBuilder ToIceberg(this ISessionizationBuilder builder, Action<IcebergTableOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        IcebergTableOptions options = new();
        configure(options);
        return builder.To(context => new IcebergSessionSink(options, context.TimeProvider, context.LoggerFactory.CreateLogger("Sessionize.Iceberg")));
    }
}
