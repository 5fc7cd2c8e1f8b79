using System.Globalization;
using FsCheck.Fluent;
using Sessionize.Testing;
using Xunit;

namespace Sessionize.Tests.Engine;

/// <summary>The law of semantics section 7, over random definitions. SESSIONIZE_LAW_CASES and SESSIONIZE_LAW_SEED choose how many and which.</summary>
public sealed class StreamingLawTests
{
    private static readonly int s_cases = FromEnvironment("SESSIONIZE_LAW_CASES", 10_000);

    [Fact]
    public void Streaming_OfRandomScripts_GivesTheRowsOfBatchOverWhatWasNotLate() => Laws(s_cases).RestartsDoNotMatter();

    [Fact]
    public void Streaming_OfRandomScriptsWithCrowdedVisits_GivesTheRowsOfBatchOverWhatWasNotLate() => Crowded(Math.Max(1, s_cases / 5)).RestartsDoNotMatter();

    [Fact]
    public void Sessions_OfCrowdedVisits_AreIndependentOf_ArrivalOrder_WithinTheDelay() => Crowded(Math.Max(1, s_cases / 10)).ArrivalOrderDoesNotMatter();

    [Fact]
    public void BatchAndStreaming_OfRandomEvents_GiveTheRowsOfTheOracle() => Laws(Math.Max(1, s_cases / 10)).StreamingIsBatch();

    [Fact]
    public void Sessions_AreIndependentOf_ArrivalOrder_WithinTheDelay() => Laws(Math.Max(1, s_cases / 10)).ArrivalOrderDoesNotMatter();

    [Fact]
    public void Sessions_AreIndependentOf_OtherUsers() => Laws(Math.Max(1, s_cases / 10)).UsersAreIndependent();

    private static SessionizationLaws Laws(int cases) =>
        new(SessionizeGen.Definition()) { Cases = cases, Seed = FromEnvironment("SESSIONIZE_LAW_SEED", 1) };

    /// <summary>Visits that are treated as those of robots from one, two or three events on.</summary>
    private static SessionizationLaws Crowded(int cases)
    {
        var definitions =
            from definition in SessionizeGen.Definition()
            from crowdedFrom in Gen.Choose(1, 3)
            select Lower(definition, crowdedFrom);
        return new(definitions) { Cases = cases, Seed = FromEnvironment("SESSIONIZE_LAW_SEED", 1) };

        static SessionizationDefinition Lower(SessionizationDefinition definition, int crowdedFrom)
        {
            definition.CrowdedFrom = crowdedFrom;
            return definition;
        }
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.Parse(Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
