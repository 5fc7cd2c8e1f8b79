namespace Sessionize.Testing.Contracts;

/// <summary>A store whose process is paused behind its next look at the commit record, while others go on.</summary>
internal sealed class PausedStateStore(ISessionStateStore inner) : ISessionStateStore
{
    /// <summary>What others do meanwhile; once.</summary>
    public Func<Task>? Meanwhile { get; set; }

    public async ValueTask<SinkCommit?> ReadCommitAsync(string pipeline, CancellationToken cancellationToken)
    {
        SinkCommit? record = await inner.ReadCommitAsync(pipeline, cancellationToken).ConfigureAwait(false);
        if (Meanwhile is { } others)
        {
            Meanwhile = null;
            await others().ConfigureAwait(false);
        }

        return record;
    }

    public ValueTask PrepareAsync(
        LaneId lane, StateVersion version, StateVersion? basedOn, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken) =>
        inner.PrepareAsync(lane, version, basedOn, write, cancellationToken);

    public ValueTask LoadAsync(LaneId lane, StateVersion version, Func<Stream, CancellationToken, ValueTask> read, CancellationToken cancellationToken) =>
        inner.LoadAsync(lane, version, read, cancellationToken);

    public ValueTask ConfirmAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken) =>
        inner.ConfirmAsync(lane, version, cancellationToken);

    public ValueTask<bool> WriteCommitAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken) =>
        inner.WriteCommitAsync(replaces, commit, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
