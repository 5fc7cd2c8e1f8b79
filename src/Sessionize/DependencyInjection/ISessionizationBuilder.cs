using Microsoft.Extensions.DependencyInjection;

namespace Sessionize.DependencyInjection;

/// <summary>Fills the definition of one pipeline; every verb is an extension method.</summary>
/// <remarks>Packages add verbs by calling <see cref="SessionizationBuilderExtensions.Configure(ISessionizationBuilder, Action{SessionizationDefinition})"/>.</remarks>
public interface ISessionizationBuilder
{
    /// <summary>The pipeline's name.</summary>
    string Name { get; }

    /// <summary>The host's services. Without a container they are a collection of the builder's own, from which nothing is resolved.</summary>
    IServiceCollection Services { get; }
}
