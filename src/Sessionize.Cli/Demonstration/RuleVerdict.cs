namespace Sessionize.Cli.Demonstration;

/// <summary>Whether a rule gave the sessions that it has to.</summary>
/// <param name="Rule">The rule, as a sentence.</param>
/// <param name="User">The user whose events show it.</param>
/// <param name="Expected">The sessions that have to come out.</param>
/// <param name="Actual">The sessions that came out.</param>
internal sealed record RuleVerdict(string Rule, string User, IReadOnlyList<string> Expected, IReadOnlyList<string> Actual)
{
    public bool HasPassed => Expected.SequenceEqual(Actual, StringComparer.Ordinal);
}
