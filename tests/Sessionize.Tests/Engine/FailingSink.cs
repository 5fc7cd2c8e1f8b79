namespace Sessionize.Tests.Engine;

/// <summary>A sink whose commits and look-ups fail where a test says so.</summary>
internal sealed class FailingSink(ISessionSink inner) : ISessionSink
{
    /// <summary>Is called before each commit, with the number of the try.</summary>
    public Action<int> BeforeCommit { get; set; } = _ => { };

    /// <summary>Is called behind each commit, when it is made and the answer is on its way.</summary>
    public Action<int> AfterCommit { get; set; } = _ => { };

    /// <summary>Is called before each look-up, with its number.</summary>
    public Action<int> BeforeLookUp { get; set; } = _ => { };

    public int Commits { get; private set; }

    public int LookUps { get; private set; }

    public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) =>
        inner.OpenAsync(opening, cancellationToken);

    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken) => inner.WriteAsync(changes, cancellationToken);

    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        BeforeCommit(++Commits);
        SinkCommitOutcome outcome = await inner.CommitAsync(commit, cancellationToken);
        AfterCommit(Commits);
        return outcome;
    }

    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        BeforeLookUp(++LookUps);
        return inner.HasCommittedAsync(commit, cancellationToken);
    }

    public ValueTask DiscardAsync(CancellationToken cancellationToken) => inner.DiscardAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
