using BenchmarkDotNet.Attributes;
using Sessionize.Engine;
using Sessionize.Rules;

namespace Sessionize.Benchmarks;

/// <summary>The cost of deciding, for each event of an ordered list, whether a visit or session begins with it: by number of built-in rules.</summary>
[MemoryDiagnoser]
public class KernelBenchmark
{
    private const int Events = 100_000;

    private readonly TextTable _texts = new();
    private readonly SessionKernel _inactivity = new(new RuleSet([new InactivityRule(TimeSpan.FromMinutes(30))]));
    private readonly SessionKernel _defaults = new(new RuleSet([new InactivityRule(TimeSpan.FromMinutes(30)), new MaxDurationRule(TimeSpan.FromHours(2))]));
    private readonly SessionKernel _five = new(new RuleSet(
    [
        new InactivityRule(TimeSpan.FromMinutes(30)), new EndOnPageRule(["page-7"]), new MidnightRule("Europe/Berlin"),
        new MaxDurationRule(TimeSpan.FromHours(2)), new EventLimitRule(100),
    ]));

    private RetainedEvent[] _events = [];

    [GlobalSetup]
    public void Prepare()
    {
        EventReader reader = new(_texts);
        EventBatch batch = Batches.Of(Clickstream.OfOneUser(Events));
        _events = [.. Enumerable.Range(0, batch.Count).Select(row => reader.Read(batch, row, partition: 0))];
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int InactivityOnly() => Cut(_inactivity);

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public int InactivityAndMaximum() => Cut(_defaults);

    [Benchmark(OperationsPerInvoke = Events)]
    public int AllBuiltInRules() => Cut(_five);

    private int Cut(SessionKernel kernel)
    {
        VisitState state = default;
        int sessions = 0;
        for (ReadOnlySpan<RetainedEvent> events = _events; !events.IsEmpty; sessions++)
        {
            events = events[kernel.TakeSession(ref state, events, _texts, out _)..];
        }

        return sessions;
    }
}
