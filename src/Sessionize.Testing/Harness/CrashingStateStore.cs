namespace Sessionize.Testing.Harness;

/// <summary>A store whose process may crash before and behind each call.</summary>
internal sealed class CrashingStateStore(ISessionStateStore inner, CrashPoint crash) : ISessionStateStore
{
    public ValueTask PrepareAsync(
        LaneId lane, StateVersion version, StateVersion? basedOn, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.PrepareAsync(lane, version, basedOn, write, cancellationToken));

    public ValueTask LoadAsync(
        LaneId lane, StateVersion version, Func<Stream, CancellationToken, ValueTask> read, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.LoadAsync(lane, version, read, cancellationToken));

    public ValueTask ConfirmAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.ConfirmAsync(lane, version, cancellationToken));

    public ValueTask<SinkCommit?> ReadCommitAsync(string pipeline, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.ReadCommitAsync(pipeline, cancellationToken));

    public ValueTask<bool> WriteCommitAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken) =>
        crash.StepAroundAsync(() => inner.WriteCommitAsync(replaces, commit, cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
