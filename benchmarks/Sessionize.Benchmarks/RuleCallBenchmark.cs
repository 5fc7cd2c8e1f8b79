using BenchmarkDotNet.Attributes;
using Sessionize.Engine;
using Sessionize.Rules;

namespace Sessionize.Benchmarks;

/// <summary>What one custom rule adds to an event's cost in the kernel: one that answers nothing, one that reads the page, one that reads a declared field.</summary>
[MemoryDiagnoser]
public class RuleCallBenchmark
{
    private const int Events = 100_000;

    private readonly TextTable _texts = new();
    private readonly SessionKernel _none = KernelWith();
    private readonly SessionKernel _silent = KernelWith(new SilentRule());
    private readonly SessionKernel _page = KernelWith(new PageRule());
    private readonly SessionKernel _field = KernelWith(new FieldRule());
    private RetainedEvent[] _events = [];

    [GlobalSetup]
    public void Prepare()
    {
        EventReader reader = new(_texts);
        EventBatch batch = Batches.Of(
            Clickstream.OfOneUser(Events).Select(e => e with { Fields = new Dictionary<string, string?> { ["campaign"] = e.PageName![^1..] } }), FieldRule.Campaign);
        _events = [.. Enumerable.Range(0, batch.Count).Select(row => reader.Read(batch, row, partition: 0))];
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public int NoCustomRule() => Cut(_none);

    [Benchmark(OperationsPerInvoke = Events)]
    public int RuleThatAnswersNothing() => Cut(_silent);

    [Benchmark(OperationsPerInvoke = Events)]
    public int RuleThatReadsThePage() => Cut(_page);

    [Benchmark(OperationsPerInvoke = Events)]
    public int RuleThatComparesAField() => Cut(_field);

    private static SessionKernel KernelWith(params ISessionBoundaryRule[] rules) =>
        new(new RuleSet([new InactivityRule(TimeSpan.FromMinutes(30)), new MaxDurationRule(TimeSpan.FromHours(2)), .. rules]));

    private int Cut(SessionKernel kernel)
    {
        VisitState state = default;
        int sessions = 0;
        foreach (ref readonly RetainedEvent e in _events.AsSpan())
        {
            sessions += kernel.Place(ref state, e, _texts, out _) == Boundary.None ? 0 : 1;
        }

        return sessions;
    }

    private sealed class SilentRule() : SessionBoundaryRule("silent");

    private sealed class PageRule() : SessionBoundaryRule("page")
    {
        public override EventFields Reads => EventField.PageName;

        public override bool EndsWith(in BoundaryContext context) => context.Current.PageName == "logout";
    }

    private sealed class FieldRule() : SessionBoundaryRule("field")
    {
        public static readonly EventField Campaign = EventField.Of("campaign");

        public override EventFields Reads => Campaign;

        public override bool StartsNew(in BoundaryContext context) =>
            context.Current[Campaign].IsPresent && context.Previous[Campaign].IsPresent && context.Current[Campaign] == "none";
    }
}
