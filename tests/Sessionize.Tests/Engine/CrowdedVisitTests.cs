using Sessionize.Engine;
using Sessionize.Rules;
using Sessionize.Sources;
using Xunit;

namespace Sessionize.Tests.Engine;

/// <summary>Visits of so many events that what the watermark has not reached is put aside: the same answers, and a cost that does not explode.</summary>
public sealed class CrowdedVisitTests
{
    private const long BaseMs = 1_704_067_200_000;

    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    [Fact]
    public void Take_EventsOfRandomCases_AnswersAsWithoutPuttingAside()
    {
        long putAside = 0;
        for (int seed = 1; seed <= 3000; seed++)
        {
            RandomCase random = new(seed);
            random.Definition.Options.InactivityTimeout ??= TimeSpan.FromMilliseconds(9);
            random.Definition.Options.Ids = SessionIds.StartTime;
            random.Definition.Options.WatermarkDelay = TimeSpan.FromMilliseconds(seed % 30);
            List<string> expected = [.. Run(random, crowdedFrom: int.MaxValue, out _)];
            List<string> found = [.. Run(random, crowdedFrom: 1 + (seed % 4), out VisitWork work)];
            Assert.True(expected.SequenceEqual(found), $"{random.Description}\nexpected\n  {string.Join("\n  ", expected)}\nactual\n  {string.Join("\n  ", found)}");
            putAside += work.PutAside;
        }

        Assert.True(putAside > 10_000, $"Only {putAside} events were put aside: the test does not show what it is there for.");
    }

    [Theory]
    [InlineData(Arrival.InOrder)]
    [InlineData(Arrival.Random)]
    [InlineData(Arrival.Reversed)]
    [InlineData(Arrival.WithinTheDelay)]
    public void Take_ManyEventsOfOneUser_CostsStepsByTheLogarithmOfTheirNumber(Arrival arrival)
    {
        const int few = 2_000;
        const int many = 64 * few;
        double small = StepsAnEvent(few, arrival);
        double large = StepsAnEvent(many, arrival);

        // Each event is scanned once, and moved by as many steps as the heap has levels: three more of them for 64 times as many.
        Assert.True(large < small + 8 && large < 24, $"{small:f1} steps an event of {few}, {large:f1} of {many}");
    }

    [Fact]
    public void Take_ManySessionsOfOneUserBehindADistantWatermark_CostsAStepForEachEvent()
    {
        SessionizationDefinition definition = new();
        definition.Options.EndOnPages = ["logout"];
        definition.Options.WatermarkDelay = TimeSpan.FromDays(7);
        Lane lane = NewLane(definition);
        EventBatch batch = new(EventFields.None);
        for (int i = 0; i < 50_000; i++)
        {
            Take(lane, new ClickstreamEvent("robot", BaseMs + i, i % 2 == 0 ? "logout" : "home"), batch);
        }

        lane.AdvanceTo(BaseMs + 50_000);
        Assert.Equal(25_000, lane.Closed.Count);
        Assert.InRange((double)(lane.Work.Scanned + lane.Work.Moved) / 50_000, 1, 6);
    }

    private static double StepsAnEvent(int count, Arrival arrival)
    {
        Random random = new(7);
        long[] times = [.. Enumerable.Range(0, count).Select(i => BaseMs + (i * 500_000L / count))];
        switch (arrival)
        {
            case Arrival.Random:
                random.Shuffle(times);
                break;
            case Arrival.Reversed:
                Array.Reverse(times);
                break;
            case Arrival.WithinTheDelay:
                // An hour's events, each of them up to the delay behind others.
                times = [.. Enumerable.Range(0, count).Select(i => BaseMs + (i * 3_600_000L / count)).OrderBy(time => time + random.Next(590_000))];
                break;
        }

        Lane lane = NewLane(new SessionizationDefinition());
        EventBatch batch = new(EventFields.None);
        foreach (long time in times)
        {
            Take(lane, new ClickstreamEvent("robot", time, "home"), batch);
        }

        lane.CloseAll(lane.HighestEventMs!.Value);
        Assert.Equal(0, lane.Counts.Late);
        Assert.Equal(count, lane.Closed.Sum(change => change.Session.EventCount));
        return (double)(lane.Work.Scanned + lane.Work.Moved) / count;
    }

    private static List<string> Run(RandomCase random, int crowdedFrom, out VisitWork work)
    {
        random.Definition.CrowdedFrom = crowdedFrom;
        Lane lane = NewLane(random.Definition);
        work = lane.Work;
        EventBatch batch = new(new RuleSet(random.Definition.ResolveRules()).Retained);
        List<string> found = [];
        for (int i = 0; i < random.Events.Count; i++)
        {
            if (i == random.Events.Count / 2)
            {
                ReadOnlyMemory<byte> state = lane.Checkpoint(full: true);
                lane = NewLane(random.Definition);
                lane.Apply(state.Span);
                lane.CompleteRestore();
            }

            Take(lane, random.Events[i], batch);

            // In which order users' timers fire is left open.
            found.AddRange(lane.TakeClosed().Select(change => $"record {i} closes {change.Session.SessionId} x{change.Session.EventCount} {change.Session.EndReason} [{string.Join(',', change.Session.PagesVisited)}]").Order(StringComparer.Ordinal));
            found.AddRange(lane.TakeDeadLetters().Select(letter => $"record {i} is {letter.Reason}"));
        }

        lane.CloseAll(random.EndMs);
        found.AddRange(lane.TakeClosed().Select(change => $"at the end {change.Session.SessionId} x{change.Session.EventCount} {change.Session.EndReason}"));
        work.PutAside += lane.Work.PutAside;
        return found;
    }

    private static Lane NewLane(SessionizationDefinition definition) =>
        new(new LaneId(0), new PipelinePlan(definition, isStreaming: true), [new SourcePartition("one", new LaneId(0), 0)]);

    private static void Take(Lane lane, ClickstreamEvent e, EventBatch batch)
    {
        LanePartition partition = lane.Partitions[0];
        batch.Begin("one");
        batch.AddItem(new RecordOrigin(partition.Next), e, s_mapper);
        lane.Take(batch, 0, partition);
    }

    /// <summary>In which order the events of a robot come.</summary>
    public enum Arrival
    {
        InOrder,
        Random,
        Reversed,
        WithinTheDelay,
    }
}
