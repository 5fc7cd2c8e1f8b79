namespace Sessionize.Tests.Sinks;

/// <summary>A sink over a table in memory that breaks the contract in one way.</summary>
internal sealed class FlawedSink(FlawedSink.Table table, SinkFlaw flaw) : ISessionSink
{
    private readonly List<SessionChange> _staged = [];
    private readonly HashSet<Guid> _ownCommits = [];
    private ISessionStateStore? _store;

    public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        _store = opening.StateStore;
        IEnumerable<LaneCommit> found = table.Lanes
            .Where(lane => lane.Key.Pipeline == Key(opening.Pipeline))
            .Select(lane => lane.Value)
            .Where(lane => Has(SinkFlaw.GivesLanesThatNobodyAskedFor) || opening.Lanes.Contains(lane.Lane));
        return new([.. found.Select(lane => Has(SinkFlaw.LosesPositions) ? lane with { Positions = [.. lane.Positions.Take(1)] } : lane)]);
    }

    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        if (Has(SinkFlaw.ShowsRowsBeforeTheCommit))
        {
            table.Apply(changes, flaw);
        }
        else
        {
            _staged.AddRange(changes);
        }

        return default;
    }

    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        if (table.Commits.Contains(commit.Id) && !Has(SinkFlaw.RepeatsARecordedCommit))
        {
            if (!Has(SinkFlaw.KeepsStagedRowsBehindTheCommit))
            {
                _staged.Clear();
            }

            return SinkCommitOutcome.Committed;
        }

        if (!table.Commits.Contains(commit.Id) && commit.Lanes.Take(Has(SinkFlaw.ChecksTheFirstLaneOnly) ? 1 : int.MaxValue).Any(lane => IsRefused(commit, lane)))
        {
            if (Has(SinkFlaw.FindsWhatWasRefused))
            {
                table.Commits.Add(commit.Id);
            }

            return SinkCommitOutcome.Refused;
        }

        table.Apply(_staged, flaw);
        if (Has(SinkFlaw.CommitsRowsAndLanesInTwoSteps))
        {
            // A call to the store is where the suite lets a process crash within a commit.
            await _store!.ReadCommitAsync(commit.Pipeline, cancellationToken);
        }

        if (Has(SinkFlaw.ForgetsOtherLanes))
        {
            table.Lanes.Clear();
        }

        if (_staged.Count > 0 || !Has(SinkFlaw.SkipsCommitsWithoutRows))
        {
            foreach (LaneCommit lane in commit.Lanes)
            {
                table.Lanes[(Key(commit.Pipeline), lane.Lane)] = lane;
            }
        }

        if (Has(SinkFlaw.ForgetsHistory))
        {
            table.Commits.Clear();
        }

        table.Commits.Add(commit.Id);
        _ownCommits.Add(commit.Id);
        if (!Has(SinkFlaw.KeepsStagedRowsBehindTheCommit))
        {
            _staged.Clear();
        }

        return SinkCommitOutcome.Committed;
    }

    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken) =>
        new(Has(SinkFlaw.ForgetsHistoryWithTheProcess) ? _ownCommits.Contains(commit.Id) : table.Commits.Contains(commit.Id));

    public ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        if (!Has(SinkFlaw.LeaksStagedRows))
        {
            _staged.Clear();
        }

        return default;
    }

    public ValueTask DisposeAsync() => default;

    private bool IsRefused(SinkCommit commit, LaneCommit lane)
    {
        LaneCommit? recorded = table.Lanes.GetValueOrDefault((Key(commit.Pipeline), lane.Lane));
        return !Has(SinkFlaw.NoFence)
            && !(Has(SinkFlaw.AcceptsAFirstCommitAnywhere) && lane.From is null)
            && (Has(SinkFlaw.FencesByPosition) ? recorded?.Positions[0].Next > lane.Positions[0].Next : recorded?.To != lane.From);
    }

    private string Key(string pipeline) => Has(SinkFlaw.MixesPipelines) ? "" : pipeline;

    private bool Has(SinkFlaw which) => flaw.HasFlag(which);

    internal sealed class Table
    {
        public List<Session> Rows { get; } = [];

        public HashSet<Guid> Commits { get; } = [];

        public Dictionary<(string Pipeline, LaneId Lane), LaneCommit> Lanes { get; } = [];

        public void Apply(IEnumerable<SessionChange> changes, SinkFlaw flaw)
        {
            foreach (SessionChange change in changes)
            {
                if (change.Kind == SessionChangeKind.Added)
                {
                    Rows.Add(change.Session);
                }
                else if (!flaw.HasFlag(SinkFlaw.IgnoresRetractions))
                {
                    Rows.RemoveAll(row => row.SessionId == change.Session.SessionId);
                }
            }
        }
    }
}
