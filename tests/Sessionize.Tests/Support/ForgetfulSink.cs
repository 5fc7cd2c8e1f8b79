namespace Sessionize.Tests.Support;

/// <summary>A sink that does not keep what commits say of the lanes' states, as sinks of before did not.</summary>
internal sealed class ForgetfulSink(ISessionSink inner) : ISessionSink
{
    public async ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) =>
        [.. (await inner.OpenAsync(opening, cancellationToken)).Select(lane => lane with { Replay = null })];

    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken) => inner.WriteAsync(changes, cancellationToken);

    public ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken) => inner.CommitAsync(commit, cancellationToken);

    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken) => inner.HasCommittedAsync(commit, cancellationToken);

    public ValueTask DiscardAsync(CancellationToken cancellationToken) => inner.DiscardAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
