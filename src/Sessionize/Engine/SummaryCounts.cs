namespace Sessionize.Engine;

/// <summary>Counts what a run over bounded input did.</summary>
internal sealed class SummaryCounts
{
    private readonly SortedDictionary<string, long> _bad = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly List<long> _lengths = [];

    public long Bad { get; private set; }

    public long Sessions => _lengths.Count;

    public void AddBad(string reason)
    {
        _bad[reason] = _bad.GetValueOrDefault(reason) + 1;
        Bad++;
    }

    public void AddSession(Session session)
    {
        _reasons[session.EndReason] = _reasons.GetValueOrDefault(session.EndReason) + 1;
        _lengths.Add(session.EndMs - session.StartMs);
    }

    public SessionizationSummary ToSummary(BatchEngine engine, TimeSpan elapsed, long? endTimeMs) => new()
    {
        Events = engine.Events,
        Users = engine.Users,
        Sessions = Sessions,
        EndReasons = _reasons,
        BadEvents = _bad,
        Durations = new SessionLengths(_lengths),
        Elapsed = elapsed,
        EndTimeMs = endTimeMs,
    };
}
