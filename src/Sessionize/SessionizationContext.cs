using Microsoft.Extensions.Logging;

namespace Sessionize;

/// <summary>What the parts of a pipeline are made with.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="Parser">Reads records as the options say.</param>
/// <param name="Services">The container's services; <see langword="null"/> without a container.</param>
public sealed record SessionizationContext(SessionizationDefinition Definition, IEventParser Parser, IServiceProvider? Services)
{
    /// <summary>The pipeline's name.</summary>
    public string Pipeline => Definition.Name;

    /// <summary>The fields beyond page name and event id that some rule reads, in the order of their slots.</summary>
    public required EventFields Retained { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider => Definition.TimeProvider;

    /// <summary>Where loggers come from.</summary>
    public ILoggerFactory LoggerFactory => Definition.LoggerFactory ?? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;
}
