using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Sessionize.Testing.Laws;

namespace Sessionize.Testing;

/// <summary>What must hold for every definition, rule and input, as one call each. For any test runner: a law that does not hold throws.</summary>
/// <remarks>
/// The cases follow from <see cref="Seed"/>, so that a run repeats; a failure names the seed of its case, and shows the smallest input
/// found with both results side by side. Rules are made once and asked throughout, as in a pipeline. The definition needs an inactivity
/// rule and must not ask for ordinal ids, as in streaming. Its own source, sink and store are not used. Not thread-safe.
/// </remarks>
public sealed class SessionizationLaws
{
    private readonly Gen<SessionizationDefinition> _definitions;
    private readonly bool _keepRules;

    /// <summary>The laws for one definition.</summary>
    /// <param name="definition">The definition.</param>
    public SessionizationLaws(SessionizationDefinition definition)
        : this(Gen.Constant(definition ?? throw new ArgumentNullException(nameof(definition)))) => _keepRules = true;

    /// <summary>The laws for a rule, beside the default rules.</summary>
    /// <param name="rule">The rule.</param>
    public SessionizationLaws(ISessionBoundaryRule rule)
        : this(SessionizeGen.Define(new SessionizationOptions(), [rule ?? throw new ArgumentNullException(nameof(rule))]))
    {
    }

    /// <summary>The laws for generated definitions.</summary>
    /// <param name="definitions">The generator.</param>
    public SessionizationLaws(Gen<SessionizationDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        _definitions = definitions;
    }

    /// <summary>What events are made of; it should have the pages and values that the rules look for.</summary>
    /// <value>The alphabet's defaults.</value>
    public EventAlphabet Alphabet { get; init; } = new();

    /// <summary>The number of cases of each law.</summary>
    /// <value>100.</value>
    public int Cases { get; init; } = 100;

    /// <summary>The seed of the first case; the others count on.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Checks all laws.</summary>
    /// <exception cref="LawViolationException">A law does not hold.</exception>
    public void Check()
    {
        RulesArePure();
        UsersAreIndependent();
        StreamingIsBatch();
        ArrivalOrderDoesNotMatter();
        RestartsDoNotMatter();
    }

    /// <summary>A rule answers the same question the same, at any time and however often, and reads only what it declares.</summary>
    /// <remarks>A clock that a rule reads is found where its milliseconds count; one that it reads by the hour is not.</remarks>
    /// <exception cref="LawViolationException">The law does not hold.</exception>
    public void RulesArePure() => Run(
        nameof(RulesArePure),
        "asked the same again, a rule must answer the same, and read only fields that it declares.",
        tried =>
        {
            List<string> first = Answers(tried);
            long asked = Stopwatch.GetTimestamp();
            if (first.Count > 0)
            {
                // The clock has to move on, or a rule that reads it answers the same.
                SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(asked) > TimeSpan.FromMilliseconds(2));
            }

            return Difference.Between("first answers", first, "asked again", Answers(tried));
        });

    /// <summary>A user's sessions are the same whether others are there or not.</summary>
    /// <exception cref="LawViolationException">The law does not hold.</exception>
    public void UsersAreIndependent() => Run(
        nameof(UsersAreIndependent),
        "a user's sessions must not depend on the events of others.",
        tried => tried.Events.GroupBy(e => e.UserId)
            .Select(user => Difference.Between(
                "among the others", tried.Oracle(tried.Events).Where(session => session.UserId == user.Key), "alone", tried.Oracle(user)))
            .FirstOrDefault(difference => difference is not null));

    /// <summary>Batch and streaming give the oracle's sessions over the events that were not late.</summary>
    /// <exception cref="LawViolationException">The law does not hold.</exception>
    public void StreamingIsBatch() => Run(
        nameof(StreamingIsBatch),
        "batch and streaming must give the oracle's sessions over the events that are not late.",
        tried =>
        {
            DeliveryScript batches = tried.Script with { Steps = [.. tried.Script.Steps.Where(step => step.Kind == DeliveryStepKind.Send)] };
            IReadOnlyList<Session> streamed = tried.Stream(tried.Events, batches, out IReadOnlyList<ClickstreamEvent> late);
            ClickstreamEvent[] inTime = tried.Without(late);
            return Difference.Between("oracle", tried.Oracle(inTime), "streaming", streamed)
                ?? Difference.Between(
                    "oracle",
                    SessionOracle.Sessionize(inTime, tried.Definition.ResolveRules(), tried.Definition.Options.Ids ?? SessionIds.Ordinal, tried.Definition.Options.UserHashBuckets),
                    "batch",
                    inTime.Sessionize(tried.Definition));
        });

    /// <summary>Events that are no further behind than the watermark delay give the same sessions in any order, and none is late.</summary>
    /// <exception cref="LawViolationException">The law does not hold.</exception>
    public void ArrivalOrderDoesNotMatter() => Run(
        nameof(ArrivalOrderDoesNotMatter),
        "within the watermark delay, the order of arrival must not matter.",
        tried =>
        {
            ClickstreamEvent[] disordered = WithinDelay(tried.Events, (long)tried.Definition.Options.WatermarkDelay.TotalMilliseconds);
            IReadOnlyList<Session> inOrder = tried.Stream([.. disordered.OrderBy(e => e.TimestampMs)], DeliveryScript.Quiet, out _);
            IReadOnlyList<Session> asTheyCame = tried.Stream(disordered, DeliveryScript.Quiet, out IReadOnlyList<ClickstreamEvent> late);
            return Difference.Between("none is late", [], "late", late.Select(e => e.ToString()))
                ?? Difference.Between("in order", inOrder, "as they came", asTheyCame);
        });

    /// <summary>Micro-batches, commits, crashes anywhere and lanes that move change neither sessions nor which events are late.</summary>
    /// <exception cref="LawViolationException">The law does not hold.</exception>
    public void RestartsDoNotMatter() => Run(
        nameof(RestartsDoNotMatter),
        "crashes, restarts and lane moves must change neither the sessions nor which events are late.",
        tried =>
        {
            IReadOnlyList<Session> disturbed = tried.Stream(tried.Events, tried.Script, out IReadOnlyList<ClickstreamEvent> late);
            tried.Stream(tried.Events, DeliveryScript.Quiet with { Lanes = tried.Script.Lanes }, out IReadOnlyList<ClickstreamEvent> lateUndisturbed);
            return Difference.Between("late undisturbed", lateUndisturbed.Select(e => e.ToString()), "late disturbed", late.Select(e => e.ToString()))
                ?? Difference.Between("oracle", tried.Oracle(tried.Without(late)), "disturbed", disturbed)
                ?? Difference.Between("session ids", disturbed.Select(session => session.SessionId).Distinct(), "of all rows", disturbed.Select(session => session.SessionId));
        });

    private static List<string> Answers(LawCase tried)
    {
        List<string> answers = [];
        SessionizationDefinition recorded = SessionizeGen.Define(tried.Definition.Options, tried.Definition.Rules.Select(rule => new RecordingRule(rule, answers)));
        (tried with { Definition = recorded }).Oracle(tried.Events);
        return answers;
    }

    private static ClickstreamEvent[] WithinDelay(ClickstreamEvent[] events, long delay)
    {
        long highest = long.MinValue;
        List<ClickstreamEvent> within = [];
        foreach (ClickstreamEvent e in events.Where(e => highest == long.MinValue || e.TimestampMs >= highest - delay))
        {
            highest = Math.Max(highest, e.TimestampMs);
            within.Add(e);
        }

        return [.. within];
    }

    private void Run(string law, string sentence, Func<LawCase, Difference?> find)
    {
        Gen<LawCase> cases =
            from definition in _definitions
            from events in SessionizeGen.Events(definition, Alphabet)
            from script in SessionizeGen.Script(events.Length + 5)
            select new LawCase(definition, events, script);
        LawRunner.Run(law, sentence, cases, _keepRules, Cases, Seed, find);
    }
}
