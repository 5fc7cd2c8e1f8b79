using Sessionize.State;

namespace Sessionize.Tests.Sinks;

/// <summary>A store in memory that lets others act, or fails, before and behind a swap of the commit record, and before a load.</summary>
internal sealed class InterruptedStateStore(InMemoryStateFolder folder) : ISessionStateStore
{
    private readonly InMemorySessionStateStore _inner = new(folder);

    public Func<Task>? BeforeSwap { get; set; }

    public Func<Task>? AfterSwap { get; set; }

    /// <summary>What others do before the next load; once.</summary>
    public Func<Task>? BeforeLoad { get; set; }

    public int Swaps { get; private set; }

    public ValueTask PrepareAsync(
        LaneId lane, StateVersion version, StateVersion? basedOn, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken) =>
        _inner.PrepareAsync(lane, version, basedOn, write, cancellationToken);

    public async ValueTask LoadAsync(LaneId lane, StateVersion version, Func<Stream, CancellationToken, ValueTask> read, CancellationToken cancellationToken)
    {
        if (BeforeLoad is { } others)
        {
            BeforeLoad = null;
            await others();
        }

        await _inner.LoadAsync(lane, version, read, cancellationToken);
    }

    public ValueTask ConfirmAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken) =>
        _inner.ConfirmAsync(lane, version, cancellationToken);

    public ValueTask<SinkCommit?> ReadCommitAsync(string pipeline, CancellationToken cancellationToken) =>
        _inner.ReadCommitAsync(pipeline, cancellationToken);

    public async ValueTask<bool> WriteCommitAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken)
    {
        Swaps++;
        await (BeforeSwap?.Invoke() ?? Task.CompletedTask);
        bool swapped = await _inner.WriteCommitAsync(replaces, commit, cancellationToken);
        await (AfterSwap?.Invoke() ?? Task.CompletedTask);
        return swapped;
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
