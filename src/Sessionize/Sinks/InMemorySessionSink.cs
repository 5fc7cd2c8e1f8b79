namespace Sessionize.Sinks;

/// <summary>Commits sessions to memory, keeping the whole contract of a sink. For tests and trying out.</summary>
/// <remarks>An instance is one process's; several over one <see cref="InMemorySessionTable"/> are several processes over one table.</remarks>
/// <param name="table">Where the sessions go.</param>
public sealed class InMemorySessionSink(InMemorySessionTable table) : ISessionSink
{
    private readonly List<SessionChange> _staged = [];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(opening);
        return new(table.Find(opening.Pipeline, opening.Lanes));
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken)
    {
        _staged.AddRange(changes);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        SinkCommitOutcome outcome = table.Commit(commit, _staged);
        if (outcome == SinkCommitOutcome.Committed)
        {
            _staged.Clear();
        }

        return new(outcome);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        bool has = table.Has(commit.Id);
        if (has)
        {
            _staged.Clear();
        }

        return new(has);
    }

    /// <inheritdoc/>
    public ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        _staged.Clear();
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}
