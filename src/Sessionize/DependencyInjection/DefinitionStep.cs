namespace Sessionize.DependencyInjection;

/// <summary>One step that fills a definition, registered under the pipeline's name; steps of several calls add up.</summary>
internal sealed record DefinitionStep(Action<SessionizationDefinition> Apply);
