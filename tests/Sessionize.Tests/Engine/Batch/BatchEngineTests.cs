using Sessionize.Engine;
using Sessionize.Engine.Batch;
using Sessionize.Sources;
using Sessionize.Testing;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Tests.Engine.Batch;

public sealed class BatchEngineTests : IDisposable
{
    private const int Cases = 3000;

    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cut_EventsOnAnyThreadInMemoryOrFile_GivesTheOraclesSessionsInTheOrderOfTheUsers()
    {
        for (int seed = 1; seed <= Cases; seed++)
        {
            RandomCase random = new(seed);
            Session[] expected = [.. SessionOracle.Sessionize(
                random.Events, random.Definition.ResolveRules(), random.Definition.Options.Ids!.Value, random.Definition.Options.UserHashBuckets, random.EndMs)];
            PipelinePlan plan = new(random.Definition, isStreaming: false);
            int threads = 1 + random.Next(4);

            // No memory at all: all but the last chunk of each cell goes to the file.
            using BatchEngine engine = new(plan, threads, cellBytes: random.Next(2) == 0 ? 0 : long.MaxValue, _folder.Path);
            Spread(engine, plan, random.Events, threads, random);
            engine.Seal();

            Session[] sessions = Cut(engine, random.EndMs);
            Assert.True(expected.SequenceEqual(sessions), $"{random.Description}\nexpected {string.Join("\n  ", (object[])expected)}\nactual {string.Join("\n  ", (object[])sessions)}");
        }

        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Cut_LargeRun_GivesTheSameRowsInTheSameOrderForAnyThreadsAndMemory()
    {
        SessionizationDefinition definition = new();
        PipelinePlan plan = new(definition, isStreaming: false);
        Random random = new(5);
        ClickstreamEvent[] events = [.. Enumerable.Range(0, 2 * BatchEngine.SmallRunEvents).Select(i => new ClickstreamEvent(
            $"u{random.Next(3000)}", 1_704_067_200_000 + (i * 500L) - random.Next(3000), $"p{random.Next(60)}", $"id{random.Next(1000)}"))];
        Session[] expected = [.. SessionOracle.Sessionize(events, definition.ResolveRules(), SessionIds.Ordinal, 100, events.Max(e => e.TimestampMs))];

        Session[]? first = null;
        foreach ((int threads, long cellBytes) in ((int, long)[])[(1, long.MaxValue), (2, long.MaxValue), (4, 1024 * 1024), (3, 0)])
        {
            using BatchEngine engine = new(plan, threads, cellBytes, _folder.Path);
            Spread(engine, plan, events, threads, new RandomCase(threads));
            engine.Seal();
            Session[] sessions = Cut(engine, engine.HighestEventMs!.Value);

            first ??= sessions;
            Assert.True(first.SequenceEqual(sessions), $"{threads} threads with {cellBytes} bytes give other rows than one thread.");
        }

        Assert.NotEqual(expected, first!);
        Assert.Equal(expected, first!.OrderBy(session => session.UserId, StringComparer.Ordinal));
        int[] cells = [.. first!.Select(session => (int)((uint)SparkHash.Of(System.Text.Encoding.UTF8.GetBytes(session.UserId)) >> 24))];
        Assert.Equal(cells.Order(), cells);
    }

    [Fact]
    public void Seal_OneUserWithHalfOfAllEvents_StillMakesGroupsOfAllCells()
    {
        PipelinePlan plan = new(new SessionizationDefinition(), isStreaming: false);
        using BatchEngine engine = new(plan, threads: 1, long.MaxValue, tempFolder: "");
        EventBatch batch = new(plan.Rules.Retained);
        for (int i = 0; i < 1_200_000; i += 1000)
        {
            batch.Begin("log");
            for (int j = i; j < i + 1000; j++)
            {
                batch.AddItem(new RecordOrigin(j), new ClickstreamEvent(j % 2 == 0 ? "bot" : $"u{j % 997}", 1_704_067_200_000 + j), s_mapper);
            }

            engine.Spreaders[0].Take(batch, partition: 0);
        }

        engine.Seal();

        Assert.InRange(engine.Groups.Count, 2, 3);
        int next = 0;
        foreach (CellGroup group in engine.Groups)
        {
            Assert.Equal((next, false), (group.First, group.CutAsOne));
            Assert.True(group.Count > 0);
            next += group.Count;
        }

        Assert.Equal(EventCells.Count, next);
        Assert.Equal(1_200_000, Cut(engine, engine.HighestEventMs!.Value).Sum(session => session.EventCount));
    }

    [Fact]
    public void CreateCutter_BeforeTheSeal_IsAMistake()
    {
        using BatchEngine engine = new(new PipelinePlan(new SessionizationDefinition(), isStreaming: false), threads: 1, long.MaxValue, tempFolder: "");
        Assert.Throws<InvalidOperationException>(() => engine.CreateCutter(new RecordEventPlaces(_ => ""), 0));
    }

    [Fact]
    public void Spread_WithoutAFolderForTheFile_NamesItAndTheRemedies()
    {
        PipelinePlan plan = new(new SessionizationDefinition(), isStreaming: false);
        using BatchEngine engine = new(plan, threads: 1, cellBytes: 0, _folder.File("missing"));

        SessionizeException thrown = Assert.Throws<SessionizeException>(() => Spread(
            engine, plan, [.. Enumerable.Range(0, 1000).Select(i => new ClickstreamEvent("u", 1_704_067_200_000 + i))], threads: 1, new RandomCase(1)));

        Assert.Contains(_folder.File("missing"), thrown.Message, StringComparison.Ordinal);
        Assert.Contains("--temp", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>Each thread gets batches of some events, in any order among the threads.</summary>
    private static void Spread(BatchEngine engine, PipelinePlan plan, IReadOnlyList<ClickstreamEvent> events, int threads, RandomCase random)
    {
        EventBatch[] batches = [.. Enumerable.Range(0, threads).Select(_ => new EventBatch(plan.Rules.Retained))];
        foreach (EventBatch batch in batches)
        {
            batch.Begin("log");
        }

        for (int position = 0; position < events.Count; position++)
        {
            int thread = random.Next(threads);
            batches[thread].AddItem(new RecordOrigin(position), events[position], s_mapper);
            if (random.Next(5) == 0)
            {
                engine.Spreaders[thread].Take(batches[thread], partition: 0);
                batches[thread].Begin("log");
            }
        }

        for (int thread = 0; thread < threads; thread++)
        {
            engine.Spreaders[thread].Take(batches[thread], partition: 0);
        }
    }

    private static Session[] Cut(BatchEngine engine, long endTimeMs)
    {
        List<Session> sessions = [];
        using CellCutter cutter = engine.CreateCutter(new RecordEventPlaces(_ => "log"), endTimeMs);
        SessionBatch rows = new();
        foreach (CellGroup group in engine.Groups)
        {
            cutter.Cut(group, rows, batch => sessions.AddRange(Enumerable.Range(0, batch.Count).Select(batch.ToSession)));
        }

        return [.. sessions];
    }
}
