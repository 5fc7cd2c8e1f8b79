using Xunit;

namespace Sessionize.Testing.Tests;

/// <summary>Rules with planted faults, each found by its law.</summary>
public sealed class SessionizationLawsTests
{
    [Fact]
    public void Check_OfAPureRule_Passes() => new SessionizationLaws(new FaultyRule(_ => false)) { Cases = 30 }.Check();

    [Fact]
    public void Check_OfGeneratedDefinitions_Passes() => new SessionizationLaws(SessionizeGen.Definition()) { Cases = 50 }.Check();

    [Fact]
    public void RulesArePure_OfARuleThatCounts_ShowsTheSmallestInputAndBothAnswers()
    {
        int asked = 0;
        SessionizationLaws laws = new(new FaultyRule(_ => ++asked % 3 == 0));

        LawViolationException found = Assert.Throws<LawViolationException>(laws.RulesArePure);

        Assert.Equal(nameof(SessionizationLaws.RulesArePure), found.Law);
        AssertHolds(found, "a rule must answer the same", "faulty (pass 1)", "first answers", "asked again", "  ! ", "EndsWith at", $"replay with Cases = 1, Seed = {found.Seed}");
        Assert.Single(TimesOf(found));
    }

    [Fact]
    public void RulesArePure_OfARuleThatReadsTheClock_FindsIt()
    {
        TimeProvider clock = TimeProvider.System;
        SessionizationLaws laws = new(new FaultyRule(_ => false, deadline: () => clock.GetUtcNow().ToUnixTimeMilliseconds()));

        AssertHolds(Assert.Throws<LawViolationException>(laws.RulesArePure), "DeadlineAfter at");
    }

    [Fact]
    public void RulesArePure_OfARuleThatReadsWhatItDoesNotDeclare_NamesTheField()
    {
        EventField campaign = EventField.Of("utm.campaign");
        SessionizationLaws laws = new(new FaultyRule(context => context.Current[campaign].IsPresent));

        AssertHolds(Assert.Throws<LawViolationException>(laws.Check), "EventField.Of(\"utm.campaign\")", "add it to its property Reads");
    }

    [Fact]
    public void UsersAreIndependent_OfARuleThatRemembersTheLastEventOfAnybody_NeedsTwoUsers()
    {
        long last = 0;
        SessionizationLaws laws = new(new FaultyRule(context =>
        {
            bool isOlder = context.Current.TimestampMs < last;
            last = context.Current.TimestampMs;
            return isOlder;
        }));

        AssertHolds(Assert.Throws<LawViolationException>(laws.UsersAreIndependent), "must not depend on the events of others", "among the others", "alone");
    }

    [Fact]
    public void StreamingIsBatch_OfARuleWithMemory_FindsIt()
    {
        int asked = 0;
        SessionizationLaws laws = new(new FaultyRule(_ => ++asked % 5 == 0));

        AssertHolds(Assert.Throws<LawViolationException>(laws.StreamingIsBatch), "oracle", "Rule:faulty");
    }

    [Fact]
    public void ArrivalOrderDoesNotMatter_OfARuleThatRemembersTheHighestTime_FindsIt()
    {
        long highest = 0;
        SessionizationLaws laws = new(new FaultyRule(context =>
        {
            bool isBehind = context.Current.TimestampMs < highest;
            highest = Math.Max(highest, context.Current.TimestampMs);
            return isBehind;
        }));

        AssertHolds(Assert.Throws<LawViolationException>(laws.ArrivalOrderDoesNotMatter), "in order", "as they came");
    }

    [Fact]
    public void RestartsDoNotMatter_OfARuleWithMemory_ShowsTheDelivery()
    {
        int asked = 0;
        SessionizationLaws laws = new(new FaultyRule(_ => ++asked % 5 == 0));

        AssertHolds(Assert.Throws<LawViolationException>(laws.RestartsDoNotMatter), "delivery\n  1 lane", "arrival\n  user-0");
    }

    [Fact]
    public void Check_WithTheSeedOfAFailure_FailsAtOnce()
    {
        static FaultyRule Rule() => new(context => context.Current.PageName == "logout" ? throw new InvalidOperationException("planted") : false);
        LawViolationException found = Assert.Throws<LawViolationException>(new SessionizationLaws(Rule()) { Seed = 7 }.StreamingIsBatch);

        LawViolationException again = Assert.Throws<LawViolationException>(new SessionizationLaws(Rule()) { Cases = 1, Seed = found.Seed }.StreamingIsBatch);

        Assert.Equal(found.Message, again.Message);
        AssertHolds(again, "planted", "logout");
    }

    [Fact]
    public void Check_OfADefinitionThatCannotStream_SaysWhy()
    {
        SessionizationDefinition definition = new() { Options = { InactivityTimeout = null } };

        Assert.Contains("streaming needs one", Assert.Throws<SessionizationConfigurationException>(new SessionizationLaws(definition).Check).Message, StringComparison.Ordinal);
    }

    private static void AssertHolds(LawViolationException found, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, found.Message, StringComparison.Ordinal));

    private static string[] TimesOf(LawViolationException found)
    {
        string[] lines = found.Message.Split('\n');
        return lines[Array.FindIndex(lines, line => line.StartsWith("arrival", StringComparison.Ordinal)) + 1].Split(", ");
    }

    private delegate bool Ends(BoundaryContext context);

    private sealed class FaultyRule(Ends endsWith, Func<long?>? deadline = null) : SessionBoundaryRule("faulty")
    {
        public override EventFields Reads => EventField.PageName;

        public override bool EndsWith(in BoundaryContext context) => endsWith(context);

        public override long? DeadlineAfter(in BoundaryContext context) => deadline?.Invoke();
    }
}
