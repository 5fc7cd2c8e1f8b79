namespace Sessionize.Testing.Contracts;

/// <summary>A process with an instance of the sink and of the store, over the places of its trial.</summary>
internal sealed class SinkProcess(ISessionSink sink, ISessionStateStore store)
{
    private const int MostTries = 3;

    public ISessionSink Sink => sink;

    public ISessionStateStore Store => store;

    public ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(string pipeline, params int[] lanes) =>
        sink.OpenAsync(new SinkOpening(pipeline, [.. lanes.Select(lane => new LaneId(lane))], store), CancellationToken.None);

    public ValueTask AddAsync(params Session[] sessions) =>
        sink.WriteAsync([.. sessions.Select(session => new SessionChange(SessionChangeKind.Added, session))], CancellationToken.None);

    public ValueTask RetractAsync(Session session) =>
        sink.WriteAsync([new SessionChange(SessionChangeKind.Retracted, session)], CancellationToken.None);

    public async Task CommitAsync(SinkCommit commit) => await ExpectAsync(SinkCommitOutcome.Committed, commit).ConfigureAwait(false);

    /// <summary>A refusal, and what follows from it.</summary>
    public async Task BeRefusedAsync(SinkCommit commit)
    {
        await ExpectAsync(SinkCommitOutcome.Refused, commit).ConfigureAwait(false);
        await sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Commits as the engine does: an outcome that is not known is looked up, and what was not committed is tried again.</summary>
    public async Task<SinkCommitOutcome> DecideAsync(SinkCommit commit)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await sink.CommitAsync(commit, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception) when (attempt < MostTries)
            {
                // Whatever was thrown, the sink does not know.
                if (await sink.HasCommittedAsync(commit, CancellationToken.None).ConfigureAwait(false))
                {
                    return SinkCommitOutcome.Committed;
                }
            }
        }
    }

    public async Task ExpectHasAsync(bool has, SinkCommit commit, string why)
    {
        bool found = await sink.HasCommittedAsync(commit, CancellationToken.None).ConfigureAwait(false);
        UnexpectedException.ThrowUnless(found == has, $"HasCommittedAsync is {has}: {why}", $"{found}");
    }

    private async Task ExpectAsync(SinkCommitOutcome expected, SinkCommit commit)
    {
        SinkCommitOutcome found = await sink.CommitAsync(commit, CancellationToken.None).ConfigureAwait(false);
        UnexpectedException.ThrowUnless(found == expected, $"CommitAsync gives {expected}", $"{found}");
    }
}
