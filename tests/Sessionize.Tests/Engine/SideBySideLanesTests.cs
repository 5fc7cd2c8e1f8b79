using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sessionize.Engine;
using Sessionize.Sinks;
using Sessionize.Sources;
using Sessionize.State;
using Xunit;

namespace Sessionize.Tests.Engine;

/// <summary>Several lanes' batches that are taken at once, against the same ones one after the other.</summary>
public sealed class SideBySideLanesTests
{
    private const int Lanes = 5;
    private const int EventsPerBatch = 700;
    private const long BaseMs = 1_704_067_200_000;

    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);
    private static readonly SourcePartition[] s_partitions = [.. Enumerable.Range(0, Lanes).Select(lane => new SourcePartition(NameOf(lane), new LaneId(lane), lane))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Take_BatchesOfSeveralLanesAtOnce_GivesWhatOneByOneGives(int seed)
    {
        StreamingEngine alone = await OpenAsync();
        StreamingEngine atOnce = await OpenAsync();
        Random random = new(seed);
        long[] next = new long[Lanes];
        long closed = 0;
        for (int round = 0; round < 20; round++)
        {
            EventBatch[] batches = [.. Enumerable.Range(0, random.Next(2, 12)).Select(_ => NextBatch(random, next, round))];
            string[][] expected = new string[Lanes][];
            foreach (IGrouping<int, EventBatch> lane in batches.GroupBy(NumberOf))
            {
                expected[lane.Key] = [.. lane.SelectMany(batch => alone.Take(batch)).Select(Show)];
            }

            string[] together = [.. atOnce.Take(batches).Select(Show)];

            Assert.Equal(batches.Select(NumberOf).Distinct().SelectMany(lane => expected[lane]), together);
            closed += together.Length;
        }

        Assert.True(closed > 1000, $"{closed} sessions.");
        Assert.Equal(alone.Total().Events, atOnce.Total().Events);
        foreach ((Lane left, Lane right) in alone.Lanes.Zip(atOnce.Lanes))
        {
            Assert.Equal(left.Partitions[0].Next, right.Partitions[0].Next);
            Assert.Equal(left.Watermark, right.Watermark);
            Assert.Equal(left.Checkpoint(full: true).ToArray(), right.Checkpoint(full: true).ToArray());
        }
    }

    [Fact]
    public async Task Take_SeveralLanesOfWhichSomeFail_ThrowsTheFailureOfTheFirstOfThem()
    {
        StreamingEngine engine = await OpenAsync(definition => definition.Rules.Add(new ThrowingRule()));
        EventBatch[] batches = [.. new[] { 3, 1, 2 }.Select(lane => FullBatch(lane, lane == 3 ? "fine" : "bad"))];

        SessionizeException thrown = Assert.Throws<SessionizeException>(() => engine.Take(batches));

        Assert.Contains("At lane-1,", thrown.Message, StringComparison.Ordinal);
    }

    private static EventBatch FullBatch(int lane, string page)
    {
        EventBatch batch = new(EventFields.None);
        batch.Begin(NameOf(lane));
        for (int i = 0; i < EventsPerBatch; i++)
        {
            batch.AddItem(new RecordOrigin(i), new ClickstreamEvent($"user-{lane}", BaseMs + i) { PageName = i == 0 ? page : "p" }, s_mapper);
        }

        return batch;
    }

    private static EventBatch NextBatch(Random random, long[] next, int round)
    {
        int lane = random.Next(Lanes);
        EventBatch batch = new(EventFields.None);
        batch.Begin(NameOf(lane));
        for (int i = 0; i < EventsPerBatch; i++)
        {
            string user = string.Create(CultureInfo.InvariantCulture, $"user-{lane}-{random.Next(200)}");
            batch.AddItem(new RecordOrigin(next[lane]++), new ClickstreamEvent(user, BaseMs + (round * 3_000_000) + random.Next(3_600_000)) { PageName = $"p{random.Next(9)}" }, s_mapper);
        }

        return batch;
    }

    private static async Task<StreamingEngine> OpenAsync(Action<SessionizationDefinition>? configure = null)
    {
        SessionizationDefinition definition = new();
        configure?.Invoke(definition);
        StreamingEngine engine = new(
            new PipelinePlan(definition, isStreaming: true), new InMemorySessionSink(new InMemorySessionTable()), [], new InMemorySessionStateStore(), new InMemoryDeadLetterSink(),
            TimeProvider.System, NullLogger.Instance);
        await engine.OpenAsync(s_partitions, TestContext.Current.CancellationToken);
        return engine;
    }

    private static string NameOf(int lane) => string.Create(CultureInfo.InvariantCulture, $"lane-{lane}");

    private static int NumberOf(EventBatch batch) => int.Parse(batch.Partition.AsSpan("lane-".Length), CultureInfo.InvariantCulture);

    private static string Show(SessionChange change) => $"{change.Session.SessionId} {change.Session.EndTime:O} {change.Session.EventCount} {string.Join(',', change.Session.PagesVisited)}";

    private sealed class ThrowingRule() : SessionBoundaryRule("throwing", RulePass.Visit)
    {
        public override EventFields Reads => EventField.PageName;

        public override bool EndsWith(in BoundaryContext context) =>
            context.Current.PageName.Bytes.SequenceEqual("bad"u8) ? throw new InvalidOperationException("Bad page.") : false;
    }
}
