namespace Sessionize;

/// <summary>A definition cannot become a pipeline. The message lists all mistakes at once.</summary>
public sealed class SessionizationConfigurationException : SessionizeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="mistakes">The mistakes, each with its remedy.</param>
    public SessionizationConfigurationException(string pipeline, IReadOnlyList<string> mistakes)
        : base(Describe(pipeline, mistakes)) => Mistakes = mistakes;

    internal SessionizationConfigurationException(IReadOnlyList<SessionizationConfigurationException> several)
        : base(string.Join(Environment.NewLine, several.Select(one => one.Message))) => Mistakes = [.. several.SelectMany(one => one.Mistakes)];

    /// <summary>The mistakes, each with its remedy.</summary>
    public IReadOnlyList<string> Mistakes { get; }

    private static string Describe(string pipeline, IReadOnlyList<string> mistakes)
    {
        ArgumentNullException.ThrowIfNull(mistakes);
        return mistakes.Count == 1
            ? $"The pipeline '{pipeline}' cannot start. {mistakes[0]}"
            : $"The pipeline '{pipeline}' cannot start, for {mistakes.Count} reasons:{string.Concat(mistakes.Select(mistake => $"{Environment.NewLine}- {mistake}"))}";
    }
}
