namespace Sessionize.State;

/// <summary>Keeps states in memory, keeping the whole contract of a store. The state ends with the process; for tests and trying out.</summary>
/// <remarks>An instance is one process's; several over one <see cref="InMemoryStateFolder"/> are several processes over one folder.</remarks>
/// <param name="folder">Where the states go; <see langword="null"/>: a place of the instance's own.</param>
public sealed class InMemorySessionStateStore(InMemoryStateFolder? folder = null) : ISessionStateStore
{
    private readonly InMemoryStateFolder _folder = folder ?? new InMemoryStateFolder();

    /// <inheritdoc/>
    public async ValueTask PrepareAsync(
        LaneId lane, StateVersion version, StateVersion? basedOn, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        using MemoryStream content = new();
        await write(content, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _folder.Add(lane, version, basedOn, content.ToArray());
    }

    /// <inheritdoc/>
    public async ValueTask LoadAsync(
        LaneId lane, StateVersion version, Func<Stream, CancellationToken, ValueTask> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        foreach (byte[] part in _folder.Chain(lane, version))
        {
            using MemoryStream content = new(part, writable: false);
            await read(content, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken)
    {
        _folder.Confirm(lane, version);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<SinkCommit?> ReadCommitAsync(string pipeline, CancellationToken cancellationToken) => new(_folder.ReadRecord(pipeline));

    /// <inheritdoc/>
    public ValueTask<bool> WriteCommitAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        return new(_folder.SwapRecord(replaces, commit));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}
