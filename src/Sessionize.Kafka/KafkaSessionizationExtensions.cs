using Microsoft.Extensions.Logging;
using Sessionize.DependencyInjection;
using Sessionize.Kafka;

namespace Sessionize;

/// <summary>Kafka's verbs of a pipeline.</summary>
public static class KafkaSessionizationExtensions
{
    private const string LogCategory = "Sessionize.Kafka";

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

    /// <summary>Commits sessions to a topic in transactions, exactly once for who reads what is committed; see <see cref="KafkaTransactionalSessionSink"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Says which topic.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// A pipeline has one sink. Sessions are named by their start, in batch, too, unless <see cref="SessionizationOptions.Ids"/> was set before: a topic keeps
    /// the sessions of many runs, and the numbers of visits are unique within one.
    /// </remarks>
    public static ISessionizationBuilder ToKafka(this ISessionizationBuilder builder, Action<KafkaTopicOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        KafkaTopicOptions options = OptionsOf(configure);
        return builder.WithOptions(settings => settings.Ids ??= SessionIds.StartTime)
            .To(context => new KafkaTransactionalSessionSink(options, context.TimeProvider, context.LoggerFactory.CreateLogger(LogCategory)));
    }

    /// <summary>Commits sessions to a topic, by the state store's commit record: at least once, and once for who keeps the last value of each key; see <see cref="KafkaSessionSink"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Says which topic.</param>
    /// <returns>The builder.</returns>
    /// <remarks>For brokers without transactions, as the embedded one. A pipeline has one sink.</remarks>
    public static ISessionizationBuilder UpsertToKafka(this ISessionizationBuilder builder, Action<KafkaTopicOptions> configure) =>
        builder.To(SinkOf(configure));

    /// <summary>Sends sessions to a topic before each commit, too: at least once; see <see cref="KafkaSessionSink"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Says which topic.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder AlsoToKafka(this ISessionizationBuilder builder, Action<KafkaTopicOptions> configure) =>
        builder.AlsoTo(SinkOf(configure));

    /// <summary>Sends bad and late events to a topic; see <see cref="KafkaDeadLetterSink"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Says which topic.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder DeadLettersToKafka(this ISessionizationBuilder builder, Action<KafkaTopicOptions> configure)
    {
        KafkaTopicOptions options = OptionsOf(configure);
        return builder.DeadLettersTo(context => new KafkaDeadLetterSink(options, context.TimeProvider, context.LoggerFactory.CreateLogger(LogCategory)));
    }

    private static Func<SessionizationContext, ISessionSink> SinkOf(Action<KafkaTopicOptions> configure)
    {
        KafkaTopicOptions options = OptionsOf(configure);
        return context => new KafkaSessionSink(options, context.TimeProvider, context.LoggerFactory.CreateLogger(LogCategory));
    }

    private static KafkaTopicOptions OptionsOf(Action<KafkaTopicOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        KafkaTopicOptions options = new();
        configure(options);
        return options;
    }
}
