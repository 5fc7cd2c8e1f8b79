namespace Sessionize.Kafka.Tests.Support;

/// <summary>A sink whose pipelines have other names than they are called by, and which is closed meanwhile: clients of Kafka take a while to end.</summary>
internal sealed class PlacedSink(ISessionSink inner, string place, ICollection<Task> closing) : ISessionSink
{
    public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) =>
        inner.OpenAsync(opening with { Pipeline = place + opening.Pipeline }, cancellationToken);

    public ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken) => inner.WriteAsync(changes, cancellationToken);

    public ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken) => inner.CommitAsync(Placed(commit), cancellationToken);

    public ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken) => inner.HasCommittedAsync(Placed(commit), cancellationToken);

    public ValueTask DiscardAsync(CancellationToken cancellationToken) => inner.DiscardAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        closing.Add(Task.Run(() => inner.DisposeAsync().AsTask()));
        return default;
    }

    private SinkCommit Placed(SinkCommit commit) => commit with { Pipeline = place + commit.Pipeline };
}
