using FsCheck;
using FsCheck.Fluent;
using Sessionize.Rules;
using Sessionize.Testing.Generators;

namespace Sessionize.Testing;

/// <summary>FsCheck generators for clickstreams and everything that sessionizes them. Their shrinkers are those of <see cref="SessionizeArbitraries"/>.</summary>
public static class SessionizeGen
{
    private const long OriginMs = 1_704_067_200_000;

    /// <summary>Events in the order of their arrival, hard on a definition: gaps at its limits and 1 ms beside them, ties, duplicates, disorder, late events, skewed users.</summary>
    /// <param name="definition">The definition whose limits, delay and declared fields are used.</param>
    /// <param name="alphabet">Users, pages, ids and values; <see langword="null"/>: the defaults.</param>
    /// <returns>The generator; it gives up to 25 events.</returns>
    public static Gen<ClickstreamEvent[]> Events(SessionizationDefinition definition, EventAlphabet? alphabet = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        IReadOnlyList<ISessionBoundaryRule> rules = definition.ResolveRules();
        Gen<ClickstreamEvent> one = Event((alphabet ?? new EventAlphabet()).WithFieldsOf(rules));
        long delay = (long)definition.Options.WatermarkDelay.TotalMilliseconds;
        Gen<(long Gap, long Back)> move = Gap(Limits(rules, delay)).SelectMany(gap => Back(delay), (gap, back) => (gap, back));
        return Gen.Choose(0, 25).SelectMany(count => one.Zip(move).ArrayOf(count)).Select(Place);
    }

    /// <summary>One event at 2024-01-01, of any user, with or without page, id and fields.</summary>
    /// <param name="alphabet">What it is made of; <see langword="null"/>: the defaults.</param>
    /// <returns>The generator.</returns>
    public static Gen<ClickstreamEvent> Event(EventAlphabet? alphabet = null)
    {
        EventAlphabet letters = alphabet ?? new EventAlphabet();
        Gen<string> user = Gen.Frequency(letters.Users.Select((user, i) => (1 << Math.Max(0, letters.Users.Count - 1 - i), Gen.Constant(user))));
        Gen<Dictionary<string, string?>> fields = Gen.Constant(new Dictionary<string, string?>());
        foreach ((string path, IReadOnlyList<string> values) in letters.Fields)
        {
            fields = fields.SelectMany(_ => Maybe(values), (others, value) => value is null ? others : new Dictionary<string, string?>(others) { [path] = value });
        }

        return
            from userId in user
            from page in Maybe(letters.Pages)
            from id in Maybe(letters.EventIds)
            from found in fields
            select new ClickstreamEvent(userId, OriginMs, page, id) { Fields = found };
    }

    /// <summary>A pure custom rule of either pass: by page, count, age, predecessor or field, with a dynamic gap or a deadline on a grid.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unit">The unit of its limits; <see langword="null"/>: a minute.</param>
    /// <param name="alphabet">The pages that it may look for; <see langword="null"/>: the defaults.</param>
    /// <returns>The generator. The rules read the page name and the field <c>c</c>.</returns>
    public static Gen<ISessionBoundaryRule> Rule(string name = "generated", TimeSpan? unit = null, EventAlphabet? alphabet = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        long unitMs = (long)(unit ?? TimeSpan.FromMinutes(1)).TotalMilliseconds;
        return
            from pass in Gen.Elements(Enum.GetValues<RulePass>())
            from kind in Gen.Elements(Enum.GetValues<RuleKind>())
            from page in Gen.Elements((alphabet ?? new EventAlphabet()).Pages.AsEnumerable())
            from n in Gen.Choose(1, 5)
            select (ISessionBoundaryRule)new GeneratedRule(name, pass, kind, page, n, unitMs);
    }

    /// <summary>A definition for streaming and batch: options of both passes, and up to three custom rules. Its limits are some milliseconds, seconds or minutes.</summary>
    /// <returns>The generator.</returns>
    public static Gen<SessionizationDefinition> Definition() =>
        from unitMs in Gen.Elements(1, 1_000, 60_000)
        from options in Options(unitMs)
        from count in Gen.Choose(0, 3)
        from first in Rule("r1", TimeSpan.FromMilliseconds(unitMs))
        from second in Rule("r2", TimeSpan.FromMilliseconds(unitMs))
        from third in Rule("r3", TimeSpan.FromMilliseconds(unitMs))
        select Define(options, new[] { first, second, third }.Take(count));

    /// <summary>A way for events to be delivered: batches, commits, crashes and lane moves.</summary>
    /// <param name="events">About how many events it is for.</param>
    /// <returns>The generator; one to three lanes.</returns>
    public static Gen<DeliveryScript> Script(int events = 25)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        return
            from lanes in Gen.Choose(1, 3)
            from steps in Step(lanes).ArrayOf(events)
            select new DeliveryScript(lanes, steps);
    }

    internal static SessionizationDefinition Define(SessionizationOptions options, IEnumerable<ISessionBoundaryRule> rules)
    {
        SessionizationDefinition definition = new() { Options = options };
        foreach (ISessionBoundaryRule rule in rules)
        {
            definition.Rules.Add(rule);
        }

        return definition;
    }

    private static Gen<SessionizationOptions> Options(int unitMs) =>
        from timeout in Gen.Choose(1, 11)
        from boundary in Gen.Elements(Enum.GetValues<GapBoundary>())
        from maximum in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(1, 24)))
        from alignment in Gen.Elements(Enum.GetValues<MaxDurationAlignment>())
        from limit in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 3)))
        from delay in Gen.Choose(0, 14)
        from endsOnLogout in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new SessionizationOptions
        {
            InactivityTimeout = TimeSpan.FromMilliseconds(timeout * unitMs),
            Boundary = boundary,
            MaxSessionDuration = maximum == 0 ? null : TimeSpan.FromMilliseconds(maximum * unitMs),
            Alignment = alignment,
            MaxSessionEvents = limit == 0 ? null : limit,
            WatermarkDelay = TimeSpan.FromMilliseconds(delay * unitMs),
            EndOnPages = endsOnLogout ? ["logout"] : [],
        };

    private static Gen<DeliveryStep> Step(int lanes) => Gen.Frequency(
        (7, Gen.Constant(new DeliveryStep(DeliveryStepKind.Send, 1))),
        (3, Gen.Choose(2, 6).Select(count => new DeliveryStep(DeliveryStepKind.Send, count))),
        (1, Gen.Constant(new DeliveryStep(DeliveryStepKind.Commit))),
        (1, Gen.Constant(new DeliveryStep(DeliveryStepKind.Crash))),
        (1, Gen.Choose(0, 19).Select(step => new DeliveryStep(DeliveryStepKind.CrashInCommit, step))),
        (1, Gen.Choose(0, lanes - 1).Select(lane => new DeliveryStep(DeliveryStepKind.MoveLane, lane))),
        (1, Gen.Choose(0, lanes - 1).Select(lane => new DeliveryStep(DeliveryStepKind.StealLane, lane))));

    private static long[] Limits(IEnumerable<ISessionBoundaryRule> rules, long delay) =>
    [
        .. rules.Select(rule => rule switch
        {
            InactivityRule inactivity => (long)inactivity.Timeout.TotalMilliseconds,
            MaxDurationRule maximum => (long)maximum.Maximum.TotalMilliseconds,
            _ => delay,
        }).Append(delay).Where(limit => limit > 0).DefaultIfEmpty(1).Distinct(),
    ];

    private static Gen<long> Gap(long[] limits) => Gen.Frequency(
        (2, Gen.Constant(0L)),
        (6, Between(0, limits.Min() / 2 + 1)),
        (3, Gen.Elements(limits).SelectMany(_ => Gen.Choose(-1, 1), (limit, beside) => limit + beside)),
        (1, Between(0, limits.Max() * 2)));

    // As far back as the delay allows, and beyond it: some of them are late.
    private static Gen<long> Back(long delay) => Gen.Frequency(
        (4, Gen.Constant(0L)),
        (1, Gen.Elements(delay, delay + 1)),
        (2, Between(0, delay)),
        (1, Between(0, (2 * delay) + 10)));

    private static Gen<long> Between(long low, long high) => Gen.Choose(0, 1_000_000).Select(part => low + ((high - low) * part / 1_000_000));

    private static Gen<string?> Maybe(IReadOnlyList<string> values) => values.Count == 0
        ? Gen.Constant<string?>(null)
        : Gen.Frequency((1, Gen.Constant<string?>(null)), (2, Gen.Elements(values.AsEnumerable<string?>())));

    private static ClickstreamEvent[] Place((ClickstreamEvent Event, (long Gap, long Back) Move)[] moves)
    {
        long time = OriginMs;
        return [.. moves.Select(found => found.Event with { TimestampMs = (time += found.Move.Gap) - found.Move.Back })];
    }
}
