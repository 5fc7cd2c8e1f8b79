using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sessionize.DependencyInjection;

namespace Sessionize;

/// <summary>Adds pipelines to a host.</summary>
public static class SessionizationServiceCollectionExtensions
{
    /// <summary>The section of the configuration under which each pipeline's options stand, by name.</summary>
    public const string ConfigurationSection = "Sessionization";

    /// <summary>Adds the pipeline <c>sessionize</c>, or to it: calls with one name add up.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Fills the definition; <see langword="null"/>: the default rules, events are posted.</param>
    /// <returns>The builder, for further verbs.</returns>
    public static ISessionizationBuilder AddSessionization(this IServiceCollection services, Action<ISessionizationBuilder>? configure = null) =>
        services.AddSessionization(SessionizationDefinition.DefaultName, configure);

    /// <summary>Adds a pipeline, or to one: calls with one name add up.</summary>
    /// <remarks>
    /// The pipeline runs with the host. It is had as keyed service <see cref="SessionizationPipeline"/> by its name; the first one also
    /// without a key. Options bind from <c>Sessionization:&lt;name&gt;</c> of the host's configuration first; what the code sets wins.
    /// All mistakes come in one message when the host starts.
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The pipeline's name. It is stored with state and commits: another name is another pipeline.</param>
    /// <param name="configure">Fills the definition.</param>
    /// <returns>The builder, for further verbs.</returns>
    public static ISessionizationBuilder AddSessionization(
        this IServiceCollection services, string name, Action<ISessionizationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Builder builder = new(name, services);
        if (!services.Any(service => service.IsKeyedService && service.ServiceType == typeof(SessionizationPipeline) && name.Equals(service.ServiceKey)))
        {
            services.AddKeyedSingleton(name, (provider, _) => new SessionizationPipeline(Define(name, provider), provider));
            services.TryAddSingleton(provider => provider.GetRequiredKeyedService<SessionizationPipeline>(name));
            services.AddSingleton<IHostedService>(provider =>
            {
                ThrowMistakesOfAll(services, provider);
                return new SessionizationService(provider.GetRequiredKeyedService<SessionizationPipeline>(name));
            });
        }

        configure?.Invoke(builder);
        return builder;
    }

    /// <summary>Fills a definition without a container.</summary>
    internal static SessionizationDefinition Define(string name, Action<ISessionizationBuilder> configure)
    {
        Builder builder = new(name, new ServiceCollection());
        configure(builder);
        return Fill(new SessionizationDefinition(name), Registered<AcceptedSection>(), configuration: null, Registered<DefinitionStep>());

        IEnumerable<T> Registered<T>() => builder.Services.Where(service => service.ServiceType == typeof(T))
            .Select(service => (T)service.KeyedImplementationInstance!);
    }

    private static SessionizationDefinition Define(string name, IServiceProvider provider) => Fill(
        new SessionizationDefinition(name)
        {
            TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            LoggerFactory = provider.GetService<ILoggerFactory>(),
        },
        provider.GetKeyedServices<AcceptedSection>(name),
        provider.GetService<IConfiguration>()?.GetSection(ConfigurationSection),
        provider.GetKeyedServices<DefinitionStep>(name));

    /// <summary>The configuration first, then the code in the order of its calls: what is set later wins.</summary>
    private static SessionizationDefinition Fill(
        SessionizationDefinition definition, IEnumerable<AcceptedSection> sections, IConfigurationSection? configuration, IEnumerable<DefinitionStep> steps)
    {
        definition.AcceptedSections.UnionWith(sections.Select(section => section.Name));
        if (configuration is not null)
        {
            FindMisplaced(configuration, definition);
            definition.Configuration = configuration.GetSection(definition.Name);
            OptionsBinding.Bind(configuration.GetSection(definition.Name), definition.AcceptedSections, definition.Options, definition.BuilderMistakes);
        }

        foreach (DefinitionStep step in steps)
        {
            step.Apply(definition);
        }

        return definition;
    }

    /// <summary>Makes all pipelines, so that whoever has to mend the settings of several is told of all at once.</summary>
    private static void ThrowMistakesOfAll(IServiceCollection services, IServiceProvider provider)
    {
        List<SessionizationConfigurationException> wrong = [];
        foreach (ServiceDescriptor pipeline in services.Where(service => service.IsKeyedService && service.ServiceType == typeof(SessionizationPipeline)))
        {
            try
            {
                provider.GetRequiredKeyedService<SessionizationPipeline>(pipeline.ServiceKey);
            }
            catch (SessionizationConfigurationException exception)
            {
                // Thrown below, together with those of the others.
                wrong.Add(exception);
            }
        }

        if (wrong.Count > 0)
        {
            throw wrong.Count == 1 ? wrong[0] : new SessionizationConfigurationException(wrong);
        }
    }

    private static void FindMisplaced(IConfigurationSection configuration, SessionizationDefinition definition)
    {
        foreach (IConfigurationSection child in configuration.GetChildren())
        {
            bool isOwn = child.Key.Equals(definition.Name, StringComparison.OrdinalIgnoreCase);
            if (isOwn && !string.IsNullOrEmpty(child.Value))
            {
                definition.BuilderMistakes.Add($"{child.Path} is '{child.Value}': give a section with the pipeline's settings.");
            }
            else if (!isOwn && OptionsBinding.Knows(child.Key))
            {
                definition.BuilderMistakes.Add(
                    $"{child.Path} stands outside of a pipeline's section: move it to {configuration.Path}:{definition.Name}:{child.Key}.");
            }
        }
    }

    private sealed record Builder(string Name, IServiceCollection Services) : ISessionizationBuilder;
}
