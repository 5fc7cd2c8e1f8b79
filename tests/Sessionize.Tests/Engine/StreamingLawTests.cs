using System.Globalization;
using Sessionize.Testing;
using Xunit;

namespace Sessionize.Tests.Engine;

public sealed class StreamingLawTests
{
    [Fact]
    public void Streaming_OfRandomScripts_GivesTheRowsOfBatchOverWhatWasNotLate()
    {
        int cases = int.Parse(Environment.GetEnvironmentVariable("SESSIONIZE_LAW_CASES") ?? "10000", CultureInfo.InvariantCulture);
        int first = int.Parse(Environment.GetEnvironmentVariable("SESSIONIZE_LAW_SEED") ?? "1", CultureInfo.InvariantCulture);
        for (int seed = first; seed < first + cases; seed++)
        {
            RandomScript script = new(seed);
            script.Run();
        }
    }

    private sealed class RandomScript(int seed)
    {
        private readonly Random _random = new(seed);

        public void Run()
        {
            SessionizationDefinition definition = Definition();
            int lanes = _random.Next(1, 4);
            List<ClickstreamEvent> events = Events();
            SessionizationHarness harness = new(definition, lanes);
            List<string> steps = [];
            foreach (ClickstreamEvent e in events)
            {
                harness.Send(e);
                Disturb(harness, lanes, steps);
            }

            long end = events.Count == 0 ? 0 : events.Max(e => e.TimestampMs) + _random.Next(0, 3) * 1000;
            IReadOnlyList<Session> streamed = harness.Complete(end);
            HashSet<ClickstreamEvent> late = new(harness.LateEvents, ReferenceEqualityComparer.Instance);

            SessionizationHarness quiet = new(definition, lanes);
            quiet.Send(events);
            IReadOnlyList<Session> undisturbed = quiet.Complete(end);
            definition.Options.Ids = SessionIds.StartTime;
            Session[] expected = Reference(definition, events.Where(e => !late.Contains(e)), end);
            string context = $"seed {seed}, lanes {lanes}, rules [{string.Join(", ", definition.ResolveRules().Select(r => $"{r.Pass} {r.Name} {r.Parameters}"))}], delay {definition.Options.WatermarkDelay}\n"
                + string.Join("\n", events.Select(e => $"  {e.UserId} {e.TimestampMs} page={e.PageName} id={e.EventId} c={e.Fields.GetValueOrDefault("c")}{(late.Contains(e) ? " LATE" : "")}"))
                + "\nsteps " + string.Join(" ", steps);
            AssertSame(context + "\nlate", quiet.LateEvents.Select(e => e.ToString()), harness.LateEvents.Select(e => e.ToString()));
            AssertSame(context + "\nundisturbed", Show(expected), Show(undisturbed));
            AssertSame(context + "\ndisturbed", Show(expected), Show(streamed));
            Assert.True(streamed.Select(s => s.SessionId).Distinct().Count() == streamed.Count, context + "\nids are not unique");
        }

        private static Session[] Reference(SessionizationDefinition definition, IEnumerable<ClickstreamEvent> events, long end) =>
            [.. SessionOracle.Sessionize(events, definition.ResolveRules(), SessionIds.StartTime, definition.Options.UserHashBuckets, end)];

        private static IEnumerable<string> Show(IEnumerable<Session> sessions) => sessions
            .Select(s => $"{s.SessionId} {s.StartMs}..{s.EndMs} x{s.EventCount} {s.EndReason} k{s.SessionIndex} v{s.VisitStartMs} {s.EntryPage}>{s.ExitPage} {s.PageViewCount} [{string.Join(",", s.PagesVisited)}] b{s.UserHashBucket}")
            .Order(StringComparer.Ordinal);

        private static void AssertSame(string context, IEnumerable<string> expected, IEnumerable<string> actual)
        {
            string[] left = [.. expected];
            string[] right = [.. actual];
            Assert.True(left.SequenceEqual(right), $"{context}\nexpected\n  {string.Join("\n  ", left)}\nactual\n  {string.Join("\n  ", right)}");
        }

        private void Disturb(SessionizationHarness harness, int lanes, List<string> steps)
        {
            switch (_random.Next(12))
            {
                case 0:
                    steps.Add("commit");
                    harness.Commit();
                    break;
                case 1:
                    steps.Add("crash");
                    harness.Crash();
                    break;
                case 2:
                    int at = _random.Next(0, 20);
                    steps.Add($"crashAt{at}");
                    harness.CrashAt(at);
                    harness.Commit();
                    break;
                case 3 when !harness.IsDown:
                    steps.Add("move");
                    harness.MoveLane(_random.Next(lanes));
                    break;
                case 4 when !harness.IsDown:
                    steps.Add("steal");
                    harness.StealLane(_random.Next(lanes));
                    break;
            }

            if (harness.IsDown)
            {
                harness.Restart();
            }
        }

        private SessionizationDefinition Definition()
        {
            SessionizationDefinition definition = new();
            SessionizationOptions options = definition.Options;
            options.InactivityTimeout = TimeSpan.FromMilliseconds(_random.Next(1, 12));
            options.Boundary = (GapBoundary)_random.Next(2);
            options.MaxSessionDuration = _random.Next(3) == 0 ? null : TimeSpan.FromMilliseconds(_random.Next(1, 25));
            options.Alignment = (MaxDurationAlignment)_random.Next(2);
            options.MaxSessionEvents = _random.Next(4) == 0 ? _random.Next(1, 4) : null;
            options.WatermarkDelay = TimeSpan.FromMilliseconds(_random.Next(0, 15));
            if (_random.Next(4) == 0)
            {
                options.EndOnPages = ["p1"];
            }

            int custom = _random.Next(0, 4);
            for (int i = 0; i < custom; i++)
            {
                definition.Rules.Add(new RandomRule($"r{i}", (RulePass)_random.Next(2), _random.Next(9), _random.Next(1, 6)));
            }

            return definition;
        }

        private List<ClickstreamEvent> Events()
        {
            int count = _random.Next(0, 25);
            int users = _random.Next(1, 4);
            long t = 1_704_067_200_000;
            List<ClickstreamEvent> events = [];
            for (int i = 0; i < count; i++)
            {
                t += _random.Next(4) == 0 ? _random.Next(0, 40) : _random.Next(0, 6);
                long jittered = t - (_random.Next(3) == 0 ? _random.Next(0, 25) : 0);
                events.Add(new ClickstreamEvent(
                    $"u{_random.Next(users)}",
                    jittered,
                    _random.Next(4) == 0 ? null : $"p{_random.Next(4)}",
                    _random.Next(2) == 0 ? null : $"e{_random.Next(3)}")
                {
                    Fields = _random.Next(2) == 0 ? new Dictionary<string, string?> { ["c"] = _random.Next(3).ToString(CultureInfo.InvariantCulture) } : new Dictionary<string, string?>(),
                });
            }

            return events;
        }
    }

    private sealed class RandomRule(string name, RulePass pass, int kind, int n) : SessionBoundaryRule(name, pass)
    {
        private static readonly EventField s_c = EventField.Of("c");

        public override EventFields Reads => EventField.PageName | s_c;

        public override string Parameters => $"kind={kind};n={n}";

        public override bool StartsNew(in BoundaryContext context) => kind switch
        {
            0 => context.Current.PageName == "p2",
            1 => context.Scope.EventCount >= n,
            2 => context.Current.TimestampMs - context.Scope.StartMs > 3 * n,
            3 => context.Current[s_c].IsPresent && context.Current[s_c] != context.Previous[s_c],
            _ => false,
        };

        public override bool EndsWith(in BoundaryContext context) => kind switch
        {
            4 => context.Current.PageName == "p3",
            5 => context.Scope.EventCount >= n && context.HasPrevious && context.Previous.PageName == "p0",
            8 => context.Current.PageName == "p0",
            _ => false,
        };

        public override long? DeadlineAfter(in BoundaryContext context) => kind switch
        {
            6 => context.Current[s_c].TryGetInt64(out long gap) ? context.Current.TimestampMs + (gap * n) - 1 : null,
            7 => ((context.Current.TimestampMs / (4 * n)) + 1) * (4 * n),
            8 => context.Scope.StartMs + (5 * n),
            _ => null,
        };
    }
}
