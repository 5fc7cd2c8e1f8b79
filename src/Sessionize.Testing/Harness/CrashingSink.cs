namespace Sessionize.Testing.Harness;

/// <summary>A sink whose process may crash before and behind each call.</summary>
internal sealed class CrashingSink(ISessionSink inner, CrashPoint crash) : ISessionSink
{
    public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.OpenAsync(opening, cancellationToken));

    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.WriteAsync(changes, cancellationToken));

    public ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.CommitAsync(commit, cancellationToken));

    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.HasCommittedAsync(commit, cancellationToken));

    public ValueTask DiscardAsync(CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.DiscardAsync(cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
