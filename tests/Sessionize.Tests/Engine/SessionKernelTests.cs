using System.Globalization;
using Sessionize.Engine;
using Sessionize.Engine.Batch;
using Sessionize.Rules;
using Sessionize.Sources;
using Sessionize.Testing;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class SessionKernelTests
{
    private static readonly ClickstreamEventMapper<ClickstreamEvent> s_mapper = new(e => e);

    private static int Cases => int.Parse(Environment.GetEnvironmentVariable("SESSIONIZE_LAW_CASES") ?? "10000", CultureInfo.InvariantCulture);

    [Fact]
    public void TakeSession_OneScan_IsTwoLiteralPasses()
    {
        for (int seed = 1; seed <= Cases; seed++)
        {
            RandomCase random = new(seed);
            SessionizationDefinition definition = random.Definition;
            string[] expected = [.. SessionOracle.Sessionize(
                random.Events, definition.ResolveRules(), definition.Options.Ids!.Value, definition.Options.UserHashBuckets, random.EndMs).Select(Show)];

            PipelinePlan plan = new(definition, isStreaming: false);
            using BatchEngine engine = new(plan, threads: 1, long.MaxValue, tempFolder: "");
            engine.Spreaders[0].Take(Batch(definition, random.Events), partition: 0);
            engine.Seal();
            SessionBatch rows = new();
            using CellCutter cutter = engine.CreateCutter(new RecordEventPlaces(_ => "log"), random.EndMs);
            cutter.Cut(Assert.Single(engine.Groups), rows, _ => { });
            AssertSame(random, expected, [.. Enumerable.Range(0, rows.Count).Select(rows.ToSession).Select(Show)]);
        }
    }

    [Fact]
    public void TakeSession_PartialListsWithTheVisitCarriedOver_IsTheWholeList()
    {
        for (int seed = 1; seed <= Cases; seed++)
        {
            RandomCase random = new(seed);
            RuleSet rules = new(random.Definition.ResolveRules());
            SessionKernel kernel = new(rules);
            TextTable texts = new();
            EventReader reader = new(texts);
            EventBatch batch = Batch(random.Definition, random.Events);
            RetainedEvent[] events = [.. Enumerable.Range(0, batch.Count).Select(row => reader.Read(batch, row, partition: 0))];
            events.AsSpan().Sort((left, right) => RetainedEvent.Compare(left, right, texts));

            List<string> whole = [];
            VisitState state = default;
            for (int start = 0; start < events.Length;)
            {
                start += kernel.TakeSession(ref state, events.AsSpan(start), texts, out EndCause cause);
                whole.Add(Show(state, start, cause));
            }

            AssertSame(random, [.. whole], [.. InParts(random, kernel, events, texts)]);
        }
    }

    /// <summary>The list comes in parts of random lengths; what is closed is carried over, and the open rest is scanned again with the next part.</summary>
    private static List<string> InParts(RandomCase random, SessionKernel kernel, RetainedEvent[] events, TextTable texts)
    {
        List<string> sessions = [];
        VisitState carried = default;
        int start = 0;
        for (int end = 0; end < events.Length;)
        {
            end = Math.Min(events.Length, end + 1 + random.Next(4));
            while (start < end)
            {
                VisitState state = carried;
                int length = kernel.TakeSession(ref state, events.AsSpan(start, end - start), texts, out EndCause cause);
                if (start + length == end && end < events.Length)
                {
                    break;
                }

                carried = state;
                carried.IsClosed = true;
                start += length;
                sessions.Add(Show(state, start, cause));
            }
        }

        return sessions;
    }

    private static EventBatch Batch(SessionizationDefinition definition, IReadOnlyList<ClickstreamEvent> events)
    {
        EventBatch batch = new(new RuleSet(definition.ResolveRules()).Retained);
        batch.Begin("log");
        for (int position = 0; position < events.Count; position++)
        {
            batch.AddItem(new RecordOrigin(position), events[position], s_mapper);
        }

        return batch;
    }

    private static string Show(VisitState state, int end, EndCause cause) => string.Create(
        CultureInfo.InvariantCulture,
        $"to {end}: visit {state.VisitNumber} from {state.VisitStartMs}.{state.SameStart} x{state.VisitEvents}, session {state.SessionIndex} from {state.SessionStartMs} x{state.SessionEvents}, {state.CutsInsideCells} cuts, ends by {cause}");

    private static string Show(Session s) => string.Create(
        CultureInfo.InvariantCulture,
        $"{s.SessionId} {s.StartMs}..{s.EndMs} x{s.EventCount} {s.EndReason} k{s.SessionIndex} v{s.VisitStartMs} {s.EntryPage}>{s.ExitPage} {s.PageViewCount} [{string.Join(",", s.PagesVisited)}] b{s.UserHashBucket}");

    private static void AssertSame(RandomCase random, string[] expected, string[] actual) => Assert.True(
        expected.SequenceEqual(actual),
        $"{random.Description}\nexpected\n  {string.Join("\n  ", expected)}\nactual\n  {string.Join("\n  ", actual)}");
}
