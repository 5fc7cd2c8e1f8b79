using FsCheck;
using FsCheck.Fluent;

namespace Sessionize.Testing;

/// <summary>All generators with shrinkers that keep what is left readable: for FsCheck's <c>Arbitrary = [typeof(SessionizeArbitraries)]</c>.</summary>
public static class SessionizeArbitraries
{
    /// <summary>Events that are hard on the default definition.</summary>
    /// <returns>Generator and shrinker.</returns>
    public static Arbitrary<ClickstreamEvent[]> Events() => Arb.From(SessionizeGen.Events(new SessionizationDefinition()), Shrink);

    /// <summary>Definitions of both passes with custom rules.</summary>
    /// <returns>Generator and shrinker.</returns>
    public static Arbitrary<SessionizationDefinition> Definitions() => Arb.From(SessionizeGen.Definition(), Shrink);

    /// <summary>Pure custom rules.</summary>
    /// <returns>The generator.</returns>
    public static Arbitrary<ISessionBoundaryRule> Rules() => Arb.From(SessionizeGen.Rule());

    /// <summary>Ways of delivery.</summary>
    /// <returns>Generator and shrinker.</returns>
    public static Arbitrary<DeliveryScript> Scripts() => Arb.From(SessionizeGen.Script(), Shrink);

    /// <summary>Simpler events, boldest first: fewer of them, then without page, id and fields, then of one user.</summary>
    /// <param name="events">The events.</param>
    /// <returns>Simpler ones.</returns>
    public static IEnumerable<ClickstreamEvent[]> Shrink(ClickstreamEvent[] events)
    {
        ArgumentNullException.ThrowIfNull(events);
        foreach (ClickstreamEvent[] fewer in WithoutRuns(events))
        {
            yield return fewer;
        }

        for (int i = 0; i < events.Length; i++)
        {
            foreach (ClickstreamEvent simpler in Simplify(events[i], events[0].UserId))
            {
                yield return [.. events[..i], simpler, .. events[(i + 1)..]];
            }
        }
    }

    /// <summary>Simpler definitions: with fewer custom rules, and the same options.</summary>
    /// <param name="definition">The definition.</param>
    /// <returns>Simpler ones.</returns>
    public static IEnumerable<SessionizationDefinition> Shrink(SessionizationDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return WithoutRuns([.. definition.Rules]).Select(rules => SessionizeGen.Define(definition.Options, rules));
    }

    /// <summary>Simpler deliveries: with fewer steps, then on one lane.</summary>
    /// <param name="script">The script.</param>
    /// <returns>Simpler ones.</returns>
    public static IEnumerable<DeliveryScript> Shrink(DeliveryScript script)
    {
        ArgumentNullException.ThrowIfNull(script);
        foreach (DeliveryStep[] steps in WithoutRuns([.. script.Steps]))
        {
            yield return script with { Steps = steps };
        }

        if (script.Lanes > 1)
        {
            yield return new DeliveryScript(1, [.. script.Steps.Select(OnLaneZero)]);
        }
    }

    private static DeliveryStep OnLaneZero(DeliveryStep step) =>
        step.Kind is DeliveryStepKind.MoveLane or DeliveryStepKind.StealLane ? step with { Number = 0 } : step;

    private static IEnumerable<ClickstreamEvent> Simplify(ClickstreamEvent e, string? user)
    {
        if (e.UserId != user)
        {
            yield return e with { UserId = user };
        }

        if (e.Fields.Count > 0)
        {
            yield return e with { Fields = new Dictionary<string, string?>() };
        }

        if (e.EventId is not null)
        {
            yield return e with { EventId = null };
        }

        if (e.PageName is not null)
        {
            yield return e with { PageName = null };
        }

        // Whole minutes are easier to read than 1,799,999 ms.
        if (e.TimestampMs % 60_000 != 0)
        {
            yield return e with { TimestampMs = e.TimestampMs - (e.TimestampMs % 60_000) };
        }
    }

    private static IEnumerable<T[]> WithoutRuns<T>(T[] items)
    {
        for (int run = items.Length; run > 0; run /= 2)
        {
            for (int from = 0; from + run <= items.Length; from += run)
            {
                yield return [.. items[..from], .. items[(from + run)..]];
            }
        }
    }
}
