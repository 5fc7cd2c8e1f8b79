using Sessionize.DependencyInjection;
using Sessionize.Kafka;

namespace Sessionize;

/// <summary>Kafka's verbs of a pipeline.</summary>
public static class KafkaSessionizationExtensions
{
    /// <summary>Reads events from topics of Kafka; see <see cref="KafkaEventSource"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options, after those of the section <c>Kafka</c> in the pipeline's configuration.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Mistakes in the options are told when the pipeline is made. A pipeline has one source.</remarks>
    public static ISessionizationBuilder FromKafka(this ISessionizationBuilder builder, Action<KafkaOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        KafkaOptions options = new();
        return builder.AcceptSection(KafkaOptionsCheck.Section).Configure(definition =>
        {
            if (definition.Configuration?.GetSection(KafkaOptionsCheck.Section) is { } section)
            {
                definition.BuilderMistakes.AddRange(KafkaOptionsCheck.Bind(section, options));
            }

            configure?.Invoke(options);
            definition.BuilderMistakes.AddRange(KafkaOptionsCheck.FindMistakes(options));
        }).From(context => new KafkaEventSource(options, context));
    }
}
