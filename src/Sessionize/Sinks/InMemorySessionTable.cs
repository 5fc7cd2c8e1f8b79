namespace Sessionize.Sinks;

/// <summary>Committed sessions in memory: the place that instances of <see cref="InMemorySessionSink"/> share, as processes share a table.</summary>
/// <remarks>Safe for use by several threads; what a property returns does not change afterwards.</remarks>
public sealed class InMemorySessionTable
{
    private readonly Lock _lock = new();
    private readonly List<Session> _sessions = [];
    private readonly List<SinkCommit> _commits = [];
    private readonly HashSet<Guid> _ids = [];
    private readonly Dictionary<(string Pipeline, LaneId Lane), LaneCommit> _lanes = [];

    /// <summary>The committed sessions, in the order of their commits.</summary>
    public IReadOnlyList<Session> Sessions
    {
        get
        {
            lock (_lock)
            {
                return [.. _sessions];
            }
        }
    }

    /// <summary>The commits, in their order.</summary>
    public IReadOnlyList<SinkCommit> Commits
    {
        get
        {
            lock (_lock)
            {
                return [.. _commits];
            }
        }
    }

    internal IReadOnlyList<LaneCommit> Find(string pipeline, IEnumerable<LaneId> lanes)
    {
        lock (_lock)
        {
            return [.. lanes.Where(lane => _lanes.ContainsKey((pipeline, lane))).Select(lane => _lanes[(pipeline, lane)])];
        }
    }

    internal bool Has(Guid commit)
    {
        lock (_lock)
        {
            return _ids.Contains(commit);
        }
    }

    internal SinkCommitOutcome Commit(SinkCommit commit, IReadOnlyList<SessionChange> changes)
    {
        lock (_lock)
        {
            if (_ids.Contains(commit.Id))
            {
                return SinkCommitOutcome.Committed;
            }

            if (commit.Lanes.Any(lane => _lanes.GetValueOrDefault((commit.Pipeline, lane.Lane))?.To != lane.From))
            {
                return SinkCommitOutcome.Refused;
            }

            foreach (SessionChange change in changes)
            {
                if (change.Kind == SessionChangeKind.Added)
                {
                    _sessions.Add(change.Session);
                }
                else
                {
                    _sessions.RemoveAll(session => session.SessionId == change.Session.SessionId);
                }
            }

            foreach (LaneCommit lane in commit.Lanes)
            {
                _lanes[(commit.Pipeline, lane.Lane)] = lane;
            }

            _commits.Add(commit);
            _ids.Add(commit.Id);
            return SinkCommitOutcome.Committed;
        }
    }
}
