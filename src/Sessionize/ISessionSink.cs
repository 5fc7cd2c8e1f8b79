namespace Sessionize;

/// <summary>Takes closed sessions, and decides the commit (semantics section 9, design section 5).</summary>
/// <remarks>
/// <para>For a database or an HTTP service derive from <c>UpsertSessionSink</c>, which needs one method. Implement this
/// interface where the sink has an atomic commit of its own that can hold positions beside the rows.</para>
/// <para><b>Contract.</b> A pipeline has exactly one deciding sink; its calls come one after the other. Rows that were staged are
/// invisible until <see cref="CommitAsync"/> makes them, and the lanes' new versions, durable in one atomic step. Each process
/// has an instance of its own; the recorded versions are shared. Run the sink contract suite of <c>Sessionize.Testing</c>.</para>
/// </remarks>
public interface ISessionSink : IAsyncDisposable
{
    /// <summary>Opens the sink, or asks again when lanes arrive.</summary>
    /// <param name="opening">The pipeline and the lanes.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The last committed entry of each lane asked for that has one.</returns>
    /// <exception cref="SessionizeException">What was recorded is missing or damaged; never a silent fresh start.</exception>
    ValueTask<IReadOnlyList<LaneCommit>> OpenAsync(SinkOpening opening, CancellationToken cancellationToken);

    /// <summary>Stages rows, invisible until the commit.</summary>
    /// <param name="changes">The rows.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask WriteAsync(IReadOnlyList<SessionChange> changes, CancellationToken cancellationToken);

    /// <summary>Makes the staged rows and the lanes' versions durable in one atomic step.</summary>
    /// <param name="commit">The versions to go from and to. A lane whose recorded version is not <see cref="LaneCommit.From"/> refuses all.</param>
    /// <param name="cancellationToken">Stops the call; then the outcome is unknown.</param>
    /// <returns>
    /// <see cref="SinkCommitOutcome.Committed"/>, also when this very commit is found to be recorded already; or
    /// <see cref="SinkCommitOutcome.Refused"/>, after which the staged rows wait for <see cref="DiscardAsync"/>.
    /// </returns>
    /// <exception cref="Exception">The outcome is unknown: <see cref="HasCommittedAsync"/> is asked before anything else.</exception>
    ValueTask<SinkCommitOutcome> CommitAsync(SinkCommit commit, CancellationToken cancellationToken);

    /// <summary>Looks a commit up whose outcome was unknown.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether it was committed; right even after later commits by others and after a restart.</returns>
    ValueTask<bool> HasCommittedAsync(SinkCommit commit, CancellationToken cancellationToken);

    /// <summary>Forgets the staged rows. Files are deleted only after a definite refusal.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask DiscardAsync(CancellationToken cancellationToken);
}
