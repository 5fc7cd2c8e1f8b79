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
        lock (table)
        {
            IEnumerable<LaneCommit> found = table.Lanes
                .Where(lane => lane.Key.Pipeline == Key(opening.Pipeline))
                .Select(lane => lane.Value)
                .Where(lane => flaw == SinkFlaw.GivesLanesThatNobodyAskedFor || opening.Lanes.Contains(lane.Lane));
            return new([.. found.Select(lane => flaw == SinkFlaw.LosesPositions ? lane with { Positions = [.. lane.Positions.Take(1)] } : lane)]);
        }
    }

    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        _staged.AddRange(changes);
        if (flaw == SinkFlaw.ShowsRowsBeforeTheCommit)
        {
            ApplyRows();
            _staged.Clear();
        }

        return default;
    }

    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        if (flaw == SinkFlaw.LooksAndCommitsInTwoSteps)
        {
            if (IsRefused(commit))
            {
                return SinkCommitOutcome.Refused;
            }

            await Task.Yield();
            return Commit(commit);
        }

        if (flaw == SinkFlaw.CommitsRowsAndLanesInTwoSteps)
        {
            if (!IsRefused(commit))
            {
                ApplyRows();
                _staged.Clear();
            }

            // A call to the store is where the suite lets a process crash within a commit.
            await _store!.ReadCommitAsync(commit.Pipeline, cancellationToken);
        }

        lock (table)
        {
            return Commit(commit);
        }
    }

    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        lock (table)
        {
            return new((flaw == SinkFlaw.ForgetsHistoryWithTheProcess ? _ownCommits : table.Commits).Contains(commit.Id));
        }
    }

    public ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        if (flaw != SinkFlaw.LeaksStagedRows)
        {
            _staged.Clear();
        }

        return default;
    }

    public ValueTask DisposeAsync() => default;

    private SinkCommitOutcome Commit(SinkCommit commit)
    {
        lock (table)
        {
            bool isKnown = table.Commits.Contains(commit.Id);
            if (!isKnown && flaw != SinkFlaw.LooksAndCommitsInTwoSteps && IsRefused(commit))
            {
                if (flaw == SinkFlaw.FindsWhatWasRefused)
                {
                    table.Commits.Add(commit.Id);
                }

                return SinkCommitOutcome.Refused;
            }

            if (!isKnown || flaw == SinkFlaw.RepeatsARecordedCommit)
            {
                Apply(commit);
            }

            if (flaw != SinkFlaw.KeepsStagedRowsBehindTheCommit)
            {
                _staged.Clear();
            }

            return SinkCommitOutcome.Committed;
        }
    }

    private void Apply(SinkCommit commit)
    {
        if (flaw == SinkFlaw.ForgetsOtherLanes)
        {
            table.Lanes.Clear();
        }

        if (_staged.Count > 0 || flaw != SinkFlaw.SkipsCommitsWithoutRows)
        {
            foreach (LaneCommit lane in commit.Lanes)
            {
                table.Lanes[(Key(commit.Pipeline), lane.Lane)] = lane;
            }
        }

        if (flaw == SinkFlaw.ForgetsHistory)
        {
            table.Commits.Clear();
        }

        ApplyRows();
        table.Commits.Add(commit.Id);
        _ownCommits.Add(commit.Id);
    }

    private void ApplyRows()
    {
        lock (table)
        {
            foreach (SessionChange change in _staged)
            {
                if (change.Kind == SessionChangeKind.Added)
                {
                    table.Rows.Add(change.Session);
                }
                else if (flaw != SinkFlaw.IgnoresRetractions)
                {
                    table.Rows.RemoveAll(row => row.SessionId == change.Session.SessionId);
                }
            }
        }
    }

    private bool IsRefused(SinkCommit commit)
    {
        lock (table)
        {
            return commit.Lanes.Take(flaw == SinkFlaw.ChecksTheFirstLaneOnly ? 1 : int.MaxValue).Any(lane =>
            {
                LaneCommit? recorded = table.Lanes.GetValueOrDefault((Key(commit.Pipeline), lane.Lane));
                return flaw switch
                {
                    SinkFlaw.NoFence => false,
                    SinkFlaw.FencesByPosition => recorded?.Positions[0].Next > lane.Positions[0].Next,
                    SinkFlaw.AcceptsAFirstCommitAnywhere when lane.From is null => false,
                    _ => recorded?.To != lane.From,
                };
            });
        }
    }

    private string Key(string pipeline) => flaw == SinkFlaw.MixesPipelines ? "" : pipeline;

    /// <summary>The place that instances share; locked by them.</summary>
    internal sealed class Table
    {
        public List<Session> Rows { get; } = [];

        public HashSet<Guid> Commits { get; } = [];

        public Dictionary<(string Pipeline, LaneId Lane), LaneCommit> Lanes { get; } = [];
    }
}
