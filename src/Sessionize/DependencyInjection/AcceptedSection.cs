namespace Sessionize.DependencyInjection;

/// <summary>A section beside the options in a pipeline's configuration, which a package reads itself; registered under the pipeline's name.</summary>
internal sealed record AcceptedSection(string Name);
