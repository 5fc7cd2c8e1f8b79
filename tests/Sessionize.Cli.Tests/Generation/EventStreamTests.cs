using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sessionize.Cli.Generation;
using Xunit;

namespace Sessionize.Cli.Tests.Generation;

public sealed class EventStreamTests
{
    private const long MostDelayMs = 5 * 60 * 1000;

    [Property(MaxTest = 200)]
    public void Generate_AnyPlan_HasExactlyTheEventsWithinTheTimeInOrder(PositiveInt users, PositiveInt events, PositiveInt seconds, int seed)
    {
        GenerationPlan plan = Plan(users.Get, events.Get, seconds.Get, seed);
        GeneratedEvent[] all = [.. EventStream.Generate(plan)];

        Assert.Equal(plan.Events, all.Length);
        Assert.All(all, e => Assert.InRange(e.TimeMs - GenerationPlan.StandardStartMs, 0, (long)plan.Duration.TotalMilliseconds - 1));
        Assert.Equal(all.Select(e => e.TimeMs).Order(), all.Select(e => e.TimeMs));
        Assert.InRange(all.Select(e => e.User).Distinct().Count(), 1, plan.Users);
    }

    [Property(MaxTest = 50)]
    public void Generate_WithDisorderAndRepetitions_HasTheSameEventsNoneTooLate(PositiveInt users, PositiveInt events, int seed)
    {
        GenerationPlan plan = Plan(users.Get, events.Get, 3600, seed);
        GeneratedEvent[] all = [.. EventStream.Generate(plan with { OutOfOrder = 0.3, Duplicates = 0.2 })];

        Assert.Equal(EventStream.Generate(plan).ToHashSet(), all.ToHashSet());
        long highest = long.MinValue;
        Assert.All(all, e =>
        {
            highest = Math.Max(highest, e.TimeMs);
            Assert.True(e.TimeMs >= highest - MostDelayMs);
        });
    }

    [Property(MaxTest = 100)]
    public void Generate_Steady_HasTheSameEventsAtEvenDistances(PositiveInt users, PositiveInt events, PositiveInt seconds, int seed)
    {
        const long Start = 1_800_000_000_000;
        GenerationPlan plan = Plan(users.Get, events.Get, seconds.Get, seed);
        GeneratedEvent[] usual = [.. EventStream.Generate(plan)];
        GeneratedEvent[] steady = [.. EventStream.Generate(plan with { IsSteady = true, StartMs = Start })];

        Assert.Equal(usual.Select(e => e with { TimeMs = 0 }), steady.Select(e => e with { TimeMs = 0 }));
        double distance = plan.Duration.TotalMilliseconds / plan.Events;
        Assert.All(steady.Index(), e => Assert.Equal(Start + (long)(e.Index * distance), e.Item.TimeMs));
    }

    [Fact]
    public void Generate_ManyUsers_AreHeavyAndLightPeopleAndRobots()
    {
        Dictionary<string, int> events = EventStream.Generate(Plan(200, 20_000, 86_400, 1)).CountBy(e => e.User).ToDictionary();

        Assert.Equal(200, events.Count);
        Assert.Equal(4, events.Keys.Count(user => user.StartsWith("robot-", StringComparison.Ordinal)));
        int[] people = [.. events.Where(user => user.Key.StartsWith("user-", StringComparison.Ordinal)).Select(user => user.Value).Order()];
        Assert.True(people[^1] > 8 * people[people.Length / 2], "The heaviest user has many more events than the middle one.");
    }

    [Fact]
    public void Generate_Visits_EnterWalkAndLeave()
    {
        string[] pages = [.. EventStream.Generate(Plan(50, 5_000, 86_400, 1)).Select(e => e.Page.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["account", "campaign", "cart", "category", "checkout", "confirmation", "home", "logout", "product", "robots.txt", "search"], pages);
    }

    private static GenerationPlan Plan(int users, int events, int seconds, int seed) =>
        new() { Users = users, Events = events, Duration = TimeSpan.FromSeconds(seconds), Seed = (ulong)(uint)seed };
}
