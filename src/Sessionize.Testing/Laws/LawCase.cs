namespace Sessionize.Testing.Laws;

/// <summary>What a law is tried on.</summary>
internal sealed record LawCase(SessionizationDefinition Definition, ClickstreamEvent[] Events, DeliveryScript Script)
{
    /// <summary>The events as they arrive, each an object of its own: of one that is delivered twice, one may be late and the other not.</summary>
    public ClickstreamEvent[] Events { get; init => field = Copies(value); } = Copies(Events);

    public long EndMs => Events.Length == 0 ? 0 : Events.Max(e => e.TimestampMs);

    /// <summary>Simpler cases, boldest first.</summary>
    public IEnumerable<LawCase> Shrink(bool keepRules) =>
        SessionizeArbitraries.Shrink(Events).Select(events => this with { Events = events })
            .Concat(SessionizeArbitraries.Shrink(Script).Select(script => this with { Script = script }))
            .Concat(keepRules ? [] : SessionizeArbitraries.Shrink(Definition).Select(definition => this with { Definition = definition }));

    /// <summary>The sessions by the oracle, named as in streaming.</summary>
    public IReadOnlyList<Session> Oracle(IEnumerable<ClickstreamEvent> events) =>
        SessionOracle.Sessionize(events, Definition.ResolveRules(), SessionIds.StartTime, Definition.Options.UserHashBuckets, EndMs);

    /// <summary>The sessions by the streaming engine.</summary>
    public IReadOnlyList<Session> Stream(IReadOnlyList<ClickstreamEvent> events, DeliveryScript script, out IReadOnlyList<ClickstreamEvent> late)
    {
        SessionizationHarness harness = new(Definition, script.Lanes);
        script.Deliver(harness, events);
        IReadOnlyList<Session> sessions = harness.Complete(EndMs);
        late = harness.LateEvents;
        return sessions;
    }

    /// <summary>The events that are not late.</summary>
    public ClickstreamEvent[] Without(IReadOnlyList<ClickstreamEvent> late)
    {
        HashSet<ClickstreamEvent> left = new(late, ReferenceEqualityComparer.Instance);
        return [.. Events.Where(e => !left.Contains(e))];
    }

    public string Describe()
    {
        DateTimeOffset origin = Timeline.DefaultOrigin;
        string rules = string.Join("\n", Definition.ResolveRules().Select(rule => $"  {rule.Name} (pass {(int)rule.Pass + 1}) {rule.Parameters}"));
        string arrival = string.Join(", ", Events.Select(e => $"{e.UserId}@{TimelineToken.Write(e with { Fields = new Dictionary<string, string?>() }, origin)}"));
        string timeline = Events.Length == 0 ? "no events" : Timeline.Of(Events, origin).ToString().Replace("\n", "\n  ", StringComparison.Ordinal);
        return $"rules, with a watermark delay of {Definition.Options.WatermarkDelay:c}\n{rules}\nevents (minutes after {origin:u})\n  {timeline}\narrival\n  {arrival}\ndelivery\n  {Script}";
    }

    private static ClickstreamEvent[] Copies(ClickstreamEvent[] events) => [.. events.Select(e => e with { })];
}
