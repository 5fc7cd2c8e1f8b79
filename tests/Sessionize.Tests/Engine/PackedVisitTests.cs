using System.Globalization;
using Sessionize.Engine;
using Sessionize.Sources;
using Sessionize.Testing;
using Xunit;

namespace Sessionize.Tests.Engine;

/// <summary>Visits of few events, which lie packed in blocks of bytes.</summary>
public sealed class PackedVisitTests
{
    private const long BaseMs = 1_704_067_200_000;

    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private readonly List<Session> _closedBefore = [];

    /// <summary>Where limits alone decide, an event out of order is put between the packed ones; the laws seldom have such definitions.</summary>
    [Fact]
    public void Take_EventsOutOfOrderUnderLimitsOnly_GiveTheRowsOfTheOracle()
    {
        long moved = 0;
        for (int seed = 1; seed <= 3_000; seed++)
        {
            Random random = new(seed);
            SessionizationDefinition definition = new();
            definition.Options.InactivityTimeout = TimeSpan.FromMilliseconds(random.Next(5, 60));
            definition.Options.Boundary = (GapBoundary)random.Next(2);
            definition.Options.MaxSessionDuration = random.Next(3) == 0 ? null : TimeSpan.FromMilliseconds(random.Next(10, 200));
            definition.Options.Alignment = (MaxDurationAlignment)random.Next(2);
            definition.Options.WatermarkDelay = TimeSpan.FromMilliseconds(150);
            definition.Options.Ids = SessionIds.StartTime;
            ClickstreamEvent[] events = [.. Events(random).OrderBy(e => e.TimestampMs + random.Next(150))];

            Lane lane = NewLane(definition);
            EventBatch batch = new(EventFields.None);
            foreach (ClickstreamEvent[] part in events.Chunk(1 + random.Next(70)))
            {
                Take(lane, batch, part);
                if (random.Next(3) == 0)
                {
                    lane = Restart(lane, definition);
                }
            }

            long end = events.Max(e => e.TimestampMs);
            moved += lane.Work.Moved;
            List<Session> closed = [.. lane.TakeClosed().Select(change => change.Session)];
            lane.CloseAll(end);
            closed.AddRange(lane.TakeClosed().Select(change => change.Session));
            string[] expected = [.. SessionOracle.Sessionize(
                events, definition.ResolveRules(), SessionIds.StartTime, definition.Options.UserHashBuckets, end).Select(Show).Order(StringComparer.Ordinal)];
            string[] found = [.. _closedBefore.Concat(closed).Select(Show).Order(StringComparer.Ordinal)];
            Assert.True(expected.SequenceEqual(found), $"seed {seed}\nexpected\n  {string.Join("\n  ", expected)}\nactual\n  {string.Join("\n  ", found)}");
            Assert.Equal(0, lane.Counts.Late);
            _closedBefore.Clear();
        }

        Assert.True(moved > 10_000, $"Only {moved} events were moved: the test does not show what it is there for.");
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(2, 16)]
    [InlineData(10, 16)]
    [InlineData(60, 0)]
    public void Bytes_OfOpenVisits_AreAtMostTwoHundredAndEightAnEventAndTheirIds(int events, int idBytes)
    {
        const int users = 100_000;
        Lane lane = NewLane(new SessionizationDefinition());
        EventBatch batch = new(EventFields.None);
        for (int round = 0; round < events; round++)
        {
            Take(lane, batch, [.. Enumerable.Range(0, users).Select(user => new ClickstreamEvent(
                $"user-{user:d6}", BaseMs + (round * 8_000) + (user / 1_000), "page", idBytes == 0 ? null : $"{(round * users) + user:x}".PadLeft(idBytes, '0')))]);
        }

        // What visits that grow side by side leave behind is put together anew with a snapshot.
        lane.Checkpoint(full: true);
        Assert.Equal(users, lane.Users);
        Assert.InRange((double)lane.VisitBytes / users, 100, 200 + (events * (8 + idBytes)));
    }

    private static IEnumerable<ClickstreamEvent> Events(Random random)
    {
        long time = BaseMs;
        for (int i = random.Next(1, 200); i > 0; i--)
        {
            time += random.Next(15) == 0 ? random.Next(100) : random.Next(4);
            string? id = random.Next(3) switch { 0 => null, 1 => $"e{random.Next(5)}", _ => new string((char)('a' + random.Next(3)), random.Next(1, 300)) };
            yield return new ClickstreamEvent($"user-{random.Next(3)}", time, random.Next(5) == 0 ? null : $"p{random.Next(300)}", id);
        }
    }

    private Lane Restart(Lane lane, SessionizationDefinition definition)
    {
        _closedBefore.AddRange(lane.TakeClosed().Select(change => change.Session));
        Lane restarted = NewLane(definition);
        restarted.Apply(lane.Checkpoint(full: true).Span);
        restarted.CompleteRestore();
        restarted.Work.Moved += lane.Work.Moved;
        return restarted;
    }

    private static Lane NewLane(SessionizationDefinition definition) =>
        new(new LaneId(0), new PipelinePlan(definition, isStreaming: true), [new SourcePartition("one", new LaneId(0), 0)]);

    private static void Take(Lane lane, EventBatch batch, ClickstreamEvent[] events)
    {
        LanePartition partition = lane.Partitions[0];
        batch.Begin("one");
        foreach (ClickstreamEvent e in events)
        {
            batch.AddItem(new RecordOrigin(partition.Next + batch.Count), e, s_mapper);
        }

        lane.Take(batch, partition);
    }

    private static string Show(Session s) => string.Create(
        CultureInfo.InvariantCulture,
        $"{s.SessionId} {s.StartMs}..{s.EndMs} x{s.EventCount} {s.EndReason} k{s.SessionIndex} {s.EntryPage}>{s.ExitPage} {s.PageViewCount} [{string.Join(",", s.PagesVisited)}]");
}
