using System.Globalization;
using Sessionize.Rules;

namespace Sessionize.Tests.Engine;

/// <summary>Rules of both passes, and events with ties, gaps and times on their limits; the same for the same seed.</summary>
internal sealed class RandomCase
{
    private const long BaseMs = 1_704_067_200_000;

    private readonly Random _random;

    public RandomCase(int seed)
    {
        _random = new Random(seed);
        Definition = MakeDefinition(seed);
        Events = [.. MakeEvents(users: _random.Next(1, 4))];
        EndMs = Events.Select(e => e.TimestampMs).DefaultIfEmpty(BaseMs).Max() + _random.Next(0, 30);
        Description = $"seed {seed}, rules [{string.Join(", ", Definition.ResolveRules().Select(rule => $"{rule.Pass} {rule.Name} {rule.Parameters}"))}], end {EndMs - BaseMs}\n"
            + string.Join('\n', Events.Select(e => $"  {e.UserId} {e.TimestampMs - BaseMs} page={e.PageName} id={e.EventId} c={e.Fields.GetValueOrDefault("c")}"));
    }

    public SessionizationDefinition Definition { get; }

    public IReadOnlyList<ClickstreamEvent> Events { get; }

    public long EndMs { get; }

    public string Description { get; }

    public int Next(int below) => _random.Next(below);

    private SessionizationDefinition MakeDefinition(int seed)
    {
        SessionizationDefinition definition = new();
        SessionizationOptions options = definition.Options;
        options.InactivityTimeout = _random.Next(6) == 0 ? null : TimeSpan.FromMilliseconds(_random.Next(1, 15));
        options.Boundary = (GapBoundary)_random.Next(2);
        options.MaxSessionDuration = _random.Next(3) == 0 ? null : TimeSpan.FromMilliseconds(_random.Next(1, 25));
        options.Alignment = (MaxDurationAlignment)_random.Next(2);
        options.MaxSessionEvents = _random.Next(4) == 0 ? _random.Next(1, 5) : null;
        options.Ids = (SessionIds)_random.Next(2);
        options.EndOnPages = _random.Next(5) == 0 ? ["p1"] : [];
        if (_random.Next(6) == 0)
        {
            definition.Rules.Add(new MidnightRule("Europe/Berlin", (RulePass)_random.Next(2)));
        }

        int custom = _random.Next(0, 4);
        for (int i = 0; i < custom; i++)
        {
            definition.Rules.Add(new HashedRule(
                $"h{i}", (RulePass)_random.Next(2), seed + i, _random.Next(2, 7), _random.Next(2) == 0, _random.Next(3) == 0, _random.Next(3) == 0));
        }

        return definition;
    }

    private IEnumerable<ClickstreamEvent> MakeEvents(int users)
    {
        // Some run over a midnight in Berlin, 22:00 UTC in winter and 23:00 in summer time.
        long t = BaseMs - 3_600_000 - _random.Next(0, 50);
        int count = _random.Next(0, 30);
        for (int i = 0; i < count; i++)
        {
            t += _random.Next(5) == 0 ? _random.Next(0, 40) : _random.Next(0, 5);
            yield return new ClickstreamEvent(
                $"u{_random.Next(users)}",
                t - (_random.Next(4) == 0 ? _random.Next(0, 20) : 0),
                _random.Next(4) == 0 ? null : $"p{_random.Next(4)}",
                _random.Next(2) == 0 ? null : $"e{_random.Next(3)}")
            {
                Fields = _random.Next(2) == 0 ? new Dictionary<string, string?> { ["c"] = _random.Next(3).ToString(CultureInfo.InvariantCulture) } : new Dictionary<string, string?>(),
            };
        }
    }
}
