using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sessionize.DependencyInjection;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.State;

namespace Sessionize;

/// <summary>The verbs of the builder: rules <c>End…</c>, <c>Limit…</c>, <c>AddRule</c>; policy <c>With…</c>, <c>On…</c>; source <c>From…</c>; state <c>Keep…</c>; sink <c>To…</c>.</summary>
public static class SessionizationBuilderExtensions
{
    /// <summary>Fills the definition directly.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Is called when the pipeline is made, after the configuration was bound.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder Configure(this ISessionizationBuilder builder, Action<SessionizationDefinition> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.AddKeyedSingleton(builder.Name, new DefinitionStep(configure));
        return builder;
    }

    /// <summary>Sets options from a section of a configuration.</summary>
    /// <remarks>A key that is no option's name and no <see cref="AcceptSection">accepted section</see> is a mistake, as is a value that cannot be read.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="section">The section whose keys are the names of <see cref="SessionizationOptions"/>.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder BindOptions(this ISessionizationBuilder builder, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return builder.Configure(definition =>
            OptionsBinding.Bind(section, definition.AcceptedSections, definition.Options, definition.BuilderMistakes));
    }

    /// <summary>Lets a section stand beside the options in the pipeline's configuration; whoever accepts it reads it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="section">The section's name, such as <c>Kafka</c>.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder AcceptSection(this ISessionizationBuilder builder, string section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(section);
        builder.Services.AddKeyedSingleton(builder.Name, new AcceptedSection(section));
        return builder;
    }

    /// <summary>Ends a visit after a time without events.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="timeout">The longest time without an event; <see langword="null"/> for no such rule (batch only).</param>
    /// <param name="boundary">Whether a gap of exactly the timeout stays in the visit.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder EndAfterInactivity(
        this ISessionizationBuilder builder, TimeSpan? timeout, GapBoundary boundary = GapBoundary.Inclusive) =>
        builder.Configure(definition => (definition.Options.InactivityTimeout, definition.Options.Boundary) = (timeout, boundary));

    /// <summary>Limits the length of a session.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="maximum">Every session is shorter than this; <see langword="null"/> for no such rule.</param>
    /// <param name="alignment">From where the maximum is counted.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder LimitDuration(
        this ISessionizationBuilder builder, TimeSpan? maximum, MaxDurationAlignment alignment = MaxDurationAlignment.Anchored) =>
        builder.Configure(definition => (definition.Options.MaxSessionDuration, definition.Options.Alignment) = (maximum, alignment));

    /// <summary>Limits the number of events of a session.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="limit">The most events that a session has.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder LimitEvents(this ISessionizationBuilder builder, long limit) =>
        builder.Configure(definition => definition.Options.MaxSessionEvents = limit);

    /// <summary>Ends a visit with an event of a named page; calls add up.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="pages">The page names, compared exactly.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder EndOnPage(this ISessionizationBuilder builder, params IEnumerable<string> pages) =>
        builder.Configure(definition => definition.Options.EndOnPages = [.. definition.Options.EndOnPages, .. pages]);

    /// <summary>Ends a visit or session at midnight in a time zone.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="zoneId">The IANA name of the time zone.</param>
    /// <param name="pass">Whether midnight cuts the visit or the session.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder EndAtMidnight(
        this ISessionizationBuilder builder, string zoneId, RulePass pass = RulePass.Visit) =>
        builder.Configure(definition => (definition.Options.CutAtMidnight, definition.Options.MidnightPass) = (zoneId, pass));

    /// <summary>Adds a rule of your own.</summary>
    /// <typeparam name="TRule">The rule, with a constructor without parameters.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder AddRule<TRule>(this ISessionizationBuilder builder)
        where TRule : ISessionBoundaryRule, new() => builder.AddRule(new TRule());

    /// <summary>Adds a rule of your own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="rule">The rule.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder AddRule(this ISessionizationBuilder builder, ISessionBoundaryRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return builder.Configure(definition => definition.Rules.Add(rule));
    }

    /// <summary>Says how sessions are named.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="ids">The strategy.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder WithIds(this ISessionizationBuilder builder, SessionIds ids) =>
        builder.Configure(definition => definition.Options.Ids = ids);

    /// <summary>Says how far the watermark stays behind the highest event time.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="delay">The delay; may be zero.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder WithWatermarkDelay(this ISessionizationBuilder builder, TimeSpan delay) =>
        builder.Configure(definition => definition.Options.WatermarkDelay = delay);

    /// <summary>Says when sessions are committed.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="trigger">The trigger.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder WithTrigger(this ISessionizationBuilder builder, Trigger trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return builder.Configure(definition => definition.Trigger = trigger);
    }

    /// <summary>Sets further options.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets them.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder WithOptions(this ISessionizationBuilder builder, Action<SessionizationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure(definition => configure(definition.Options));
    }

    /// <summary>Says what happens to late events.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="policy">The policy.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder OnLateEvents(this ISessionizationBuilder builder, LateEventPolicy policy) =>
        builder.Configure(definition => definition.Options.LateEvents = policy);

    /// <summary>Reads from a source of your own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="make">Makes the source.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder From(this ISessionizationBuilder builder, Func<SessionizationContext, IEventSource> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return builder.Configure(definition => definition.Source = SetOnce(definition, definition.Source, make, "source", "From…"));
    }

    /// <summary>Reads files with one JSON object a line, or standard input; see <see cref="FileEventSource"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="inputs">Files, patterns such as <c>data/*.ndjson.gz</c>, or <c>-</c> for standard input.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder FromFiles(this ISessionizationBuilder builder, params IEnumerable<string> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        string[] copy = [.. inputs];
        return builder.From(context => new FileEventSource(copy, context.Parser, context.Definition.Options.MaxLineBytes));
    }

    /// <summary>Reads the host's own stream.</summary>
    /// <typeparam name="T">The host's type.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="items">The items.</param>
    /// <param name="map">Makes an event of an item.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder FromItems<T>(
        this ISessionizationBuilder builder, IAsyncEnumerable<T> items, Func<T, ClickstreamEvent> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return builder.FromItems(items, new ClickstreamEventMapper<T>(map));
    }

    /// <summary>Reads the host's own stream, without an object an event.</summary>
    /// <typeparam name="T">The host's type.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="items">The items.</param>
    /// <param name="mapper">Sets the fields of an event from an item.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder FromItems<T>(this ISessionizationBuilder builder, IAsyncEnumerable<T> items, IEventMapper<T> mapper)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(mapper);
        return builder.From(_ => new AsyncEnumerableEventSource<T>(items, mapper));
    }

    /// <summary>Keeps state in a store of your own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="make">Makes the store.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder KeepStateIn(this ISessionizationBuilder builder, Func<SessionizationContext, ISessionStateStore> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return builder.Configure(definition => definition.StateStore = SetOnce(definition, definition.StateStore, make, "state store", "Keep…"));
    }

    /// <summary>Keeps state in files; see <see cref="FileSessionStateStore"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="location">The folder of this pipeline's state, and of no other's: a path or a URI, such as <c>s3://bucket/state/clicks</c>.</param>
    /// <param name="configure">Adds the storage of a location that is not local, and its settings.</param>
    /// <returns>The builder.</returns>
    /// <example>
    /// <code>
    /// sessions.KeepStateInFiles("s3://bucket/state/clicks", state => state.Storages.Add(new S3FileStorageFactory()));
    /// </code>
    /// </example>
    public static ISessionizationBuilder KeepStateInFiles(
        this ISessionizationBuilder builder, string location, Action<FileStateOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        return builder.WithOptions(options =>
        {
            options.State.Location = location;
            configure?.Invoke(options.State);
        }).KeepStateIn(StateStorePlace.Make);
    }

    /// <summary>Says what happens when the state of a lane cannot be opened.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="policy">The policy.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder OnLaneFailure(this ISessionizationBuilder builder, LaneFailurePolicy policy) =>
        builder.Configure(definition => definition.Options.LaneFailures = policy);

    /// <summary>Rebuilds the state of a lane that is missing or damaged from the lane's records; see <see cref="SessionizationOptions.RebuildState"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="isOn">Whether it is rebuilt.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder RebuildState(this ISessionizationBuilder builder, bool isOn = true) =>
        builder.Configure(definition => definition.Options.RebuildState = isOn);

    /// <summary>Commits sessions to a sink.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="make">Makes the sink.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder To(this ISessionizationBuilder builder, Func<SessionizationContext, ISessionSink> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return builder.Configure(definition => definition.Sink = SetOnce(definition, definition.Sink, make, "deciding sink", "To…"));
    }

    /// <summary>Writes sessions to a further sink before each commit: at least once, with no say in it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="make">Makes the sink.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder AlsoTo(this ISessionizationBuilder builder, Func<SessionizationContext, ISessionSink> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return builder.Configure(definition => definition.Followers.Add(make));
    }

    /// <summary>Takes bad and late events to a place of your own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="make">Makes the place.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder DeadLettersTo(this ISessionizationBuilder builder, Func<SessionizationContext, IDeadLetterSink> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return builder.Configure(definition => definition.DeadLetters = SetOnce(definition, definition.DeadLetters, make, "place for dead letters", "DeadLettersTo…"));
    }

    /// <summary>Takes bad and late events to a file of JSON lines.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file; it is made with the first dead letter.</param>
    /// <returns>The builder.</returns>
    public static ISessionizationBuilder DeadLettersToNdjson(this ISessionizationBuilder builder, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return builder.DeadLettersTo(_ => new NdjsonDeadLetterSink(path));
    }

    private static T SetOnce<T>(SessionizationDefinition definition, T? present, T value, string role, string verbs)
        where T : class
    {
        if (present is not null)
        {
            definition.BuilderMistakes.Add(
                $"The pipeline was given two of what it has one of, a {role}: call one verb that begins with {verbs} only, or give a second pipeline another name.");
        }

        return present ?? value;
    }
}
