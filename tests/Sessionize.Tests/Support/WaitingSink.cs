namespace Sessionize.Tests.Support;

/// <summary>A sink that waits before it commits.</summary>
internal sealed class WaitingSink(ISessionSink sink, Func<SinkCommit, Task> beforeCommit) : ISessionSink
{
    public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) => sink.OpenAsync(opening, cancellationToken);

    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken) => sink.WriteAsync(changes, cancellationToken);

    public async ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        await beforeCommit(commit);
        return await sink.CommitAsync(commit, cancellationToken);
    }

    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken) => sink.HasCommittedAsync(commit, cancellationToken);

    public ValueTask DiscardAsync(CancellationToken cancellationToken) => sink.DiscardAsync(cancellationToken);

    public ValueTask DisposeAsync() => sink.DisposeAsync();
}
