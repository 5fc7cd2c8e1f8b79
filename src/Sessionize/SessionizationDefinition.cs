using Microsoft.Extensions.Logging;
using Sessionize.Rules;

namespace Sessionize;

/// <summary>Everything that makes a pipeline: settings, rules, source, state, sinks. What the builder fills, a program can fill as well.</summary>
/// <remarks>Mutable and not thread-safe until a pipeline is made of it, which copies what it needs.</remarks>
public sealed class SessionizationDefinition
{
    /// <summary>The name of a pipeline that was not given one.</summary>
    public const string DefaultName = "sessionize";

    /// <summary>Creates a definition with the default rules: 30 minutes of inactivity, then 2 hours at most.</summary>
    /// <param name="name">The pipeline's name. It is stored with state and commits: another name is another pipeline.</param>
    public SessionizationDefinition(string name = DefaultName)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The pipeline's name.</summary>
    public string Name { get; }

    /// <summary>The settings that are plain values.</summary>
    public SessionizationOptions Options { get; set; } = new();

    /// <summary>Custom rules, in the order in which ties between them are decided.</summary>
    public IList<ISessionBoundaryRule> Rules { get; } = [];

    /// <summary>Makes the source; <see langword="null"/>: events are posted.</summary>
    public Func<SessionizationContext, IEventSource>? Source { get; set; }

    /// <summary>Makes the one sink that decides commits.</summary>
    public Func<SessionizationContext, ISessionSink>? Sink { get; set; }

    /// <summary>Make the sinks that are written before the decision.</summary>
    public IList<Func<SessionizationContext, ISessionSink>> Followers { get; } = [];

    /// <summary>Makes the state store.</summary>
    /// <value><see langword="null"/> by default: files where <see cref="SessionizationOptions.State"/> has a location; else memory, and state ends with the process.</value>
    public Func<SessionizationContext, ISessionStateStore>? StateStore { get; set; }

    /// <summary>Makes the place for bad and late events.</summary>
    /// <value><see langword="null"/> by default: the file <c>dead-letters/&lt;name&gt;.ndjson</c> in the working folder, made with the first one.</value>
    public Func<SessionizationContext, IDeadLetterSink>? DeadLetters { get; set; }

    /// <summary>When sessions are committed.</summary>
    /// <value>Every 30 seconds by default.</value>
    public Trigger Trigger { get; set; } = Trigger.Interval(TimeSpan.FromSeconds(30));

    /// <summary>The clock. Event time never comes from it.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where loggers come from.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The pipeline's section of the host's configuration, where packages find their own sections.</summary>
    internal Microsoft.Extensions.Configuration.IConfiguration? Configuration { get; set; }

    /// <summary>What the builder and the configuration got wrong while the definition was filled.</summary>
    internal List<string> BuilderMistakes { get; } = [];

    /// <summary>The sections that may stand beside the options in a configuration.</summary>
    internal HashSet<string> AcceptedSections { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>From how many retained events on a visit puts aside what the watermark has not reached. Results do not depend on it; tests lower it.</summary>
    internal int CrowdedFrom { get; set; } = 256;

    /// <summary>Fills a definition by the builder's verbs, without a container.</summary>
    /// <param name="configure">Calls the verbs.</param>
    /// <param name="name">The pipeline's name.</param>
    /// <returns>The definition.</returns>
    public static SessionizationDefinition Build(Action<DependencyInjection.ISessionizationBuilder> configure, string name = DefaultName)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return SessionizationServiceCollectionExtensions.Define(name, configure);
    }

    /// <summary>All rules in the order of registration: those of the options first, then the custom ones.</summary>
    /// <returns>The rules.</returns>
    /// <exception cref="ArgumentException">An option is wrong; see <see cref="FindMistakes"/>.</exception>
    public IReadOnlyList<ISessionBoundaryRule> ResolveRules()
    {
        List<ISessionBoundaryRule> rules = [];
        if (Options.InactivityTimeout is { } timeout)
        {
            rules.Add(new InactivityRule(timeout, Options.Boundary));
        }

        if (Options.EndOnPages.Count > 0)
        {
            rules.Add(new EndOnPageRule(Options.EndOnPages));
        }

        if (Options.CutAtMidnight is { } zone)
        {
            rules.Add(new MidnightRule(zone, Options.MidnightPass));
        }

        if (Options.MaxSessionDuration is { } maximum)
        {
            rules.Add(new MaxDurationRule(maximum, Options.Alignment));
        }

        if (Options.MaxSessionEvents is { } limit)
        {
            rules.Add(new EventLimitRule(limit));
        }

        rules.AddRange(Rules);
        return rules;
    }

    /// <summary>Every mistake in the definition, as sentences that name value and remedy.</summary>
    /// <param name="isStreaming">Whether the definition is for streaming.</param>
    /// <returns>The mistakes; empty when there are none.</returns>
    public IReadOnlyList<string> FindMistakes(bool isStreaming)
    {
        List<string> mistakes = [.. BuilderMistakes, .. Options.FindMistakes(isStreaming)];
        if (!IsPlainName(Name) || Name.All(c => c == '.'))
        {
            mistakes.Add($"The pipeline's name is '{Name}': it is part of file names and settings, so give one of ASCII letters, digits, '-', '_' and '.'.");
        }

        // Rules cannot be made of wrong options; the custom ones are looked at all the same.
        FindMistakesOf(mistakes.Count > 0 ? [.. Rules] : ResolveRules(), mistakes);
        if (isStreaming && Options.InactivityTimeout is null && !Rules.OfType<InactivityRule>().Any())
        {
            mistakes.Add("InactivityTimeout is null: without an inactivity rule no state ever ends, so streaming needs one of any length.");
        }

        return mistakes;
    }

    private static bool IsPlainName(string name) =>
        !string.IsNullOrEmpty(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static void FindMistakesOf(IReadOnlyList<ISessionBoundaryRule> rules, List<string> mistakes)
    {
        foreach (IGrouping<string, ISessionBoundaryRule> same in rules.GroupBy(rule => rule.Name, StringComparer.Ordinal).Where(same => same.Count() > 1))
        {
            mistakes.Add($"{same.Count()} rules have the name '{same.Key}': names are stored and appear as end reasons, so give each rule its own.");
        }

        foreach (ISessionBoundaryRule rule in rules)
        {
            if (!IsPlainName(rule.Name))
            {
                mistakes.Add($"The rule {rule.GetType().Name} has the name '{rule.Name}': give it one of ASCII letters, digits, '-', '_' and '.'.");
            }

            if (rule.Reads is null || rule.Parameters is null)
            {
                mistakes.Add($"The rule '{rule.Name}' returns null for Reads or Parameters: return EventFields.None and \"\" for none.");
            }

            if (!Enum.IsDefined(rule.Pass))
            {
                mistakes.Add($"The rule '{rule.Name}' has the pass {rule.Pass}: choose RulePass.Visit or RulePass.Session.");
            }
        }
    }
}
