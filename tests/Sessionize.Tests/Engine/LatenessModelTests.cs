using System.Globalization;
using FsCheck.Fluent;
using Sessionize.Testing;
using Sessionize.Testing.Laws;
using Xunit;

namespace Sessionize.Tests.Engine;

/// <summary>The engine against <see cref="LatenessModel"/>: the law of semantics section 7 takes the late events as given, this does not.</summary>
public sealed class LatenessModelTests
{
    private static readonly int s_cases = FromEnvironment("SESSIONIZE_LAW_CASES", 3_000);

    [Theory]
    [InlineData(256)]
    [InlineData(2)]
    public void LateEventsAndClosing_OfRandomEvents_AreThoseOfTheModel(int crowdedFrom) => LawRunner.Run(
        "Lateness",
        "which events are late, and what closes with each record, must be as the model says.",
        from definition in SessionizeGen.Definition()
        from events in SessionizeGen.Events(definition)
        select new LawCase(definition, events, DeliveryScript.Quiet),
        keepRules: false,
        s_cases,
        FromEnvironment("SESSIONIZE_LAW_SEED", 1),
        tried => Difference.Between("model", OfModel(tried), "engine", OfEngine(tried, crowdedFrom)));

    private static List<string> OfModel(LawCase tried)
    {
        LatenessModel model = new(tried.Definition);
        List<string> found = [];
        for (int i = 0; i < tried.Events.Length; i++)
        {
            if (model.Take(tried.Events[i], out List<LiteralSession> closed))
            {
                found.Add($"late: record {i}");
            }

            found.AddRange(closed.Select(session => $"record {i} closes {session}"));
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static List<string> OfEngine(LawCase tried, int crowdedFrom)
    {
        tried.Definition.CrowdedFrom = crowdedFrom;
        SessionizationHarness harness = new(tried.Definition);
        List<string> found = [];
        for (int i = 0; i < tried.Events.Length; i++)
        {
            int before = harness.Closed.Count;
            harness.Send(tried.Events[i]);
            found.AddRange(harness.Closed.Skip(before).Select(change => $"record {i} closes {LiteralSession.Describe(change.Session)}"));
        }

        harness.Commit();
        found.AddRange(harness.LateEvents.Select(e => $"late: record {Array.FindIndex(tried.Events, sent => ReferenceEquals(sent, e))}"));
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.Parse(Environment.GetEnvironmentVariable(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
