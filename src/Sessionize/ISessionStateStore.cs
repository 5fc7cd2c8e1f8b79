namespace Sessionize;

/// <summary>Keeps the versions of the lanes' states, for one pipeline (design section 4). The content is opaque to the store.</summary>
/// <remarks>
/// <para><b>Contract.</b> Several processes may use one place at once, each by an instance of its own. An instance is called for
/// different lanes at the same time, for one lane one call after the other. A version is written under a name that never
/// existed and never changes afterwards. Run the store contract suite of <c>Sessionize.Testing</c>.</para>
/// </remarks>
public interface ISessionStateStore : IAsyncDisposable
{
    /// <summary>Writes a version; durable when the call returns.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="version">The version's name, never used before.</param>
    /// <param name="basedOn">The version of the same lane that this one is a delta to; <see langword="null"/> for a full snapshot.</param>
    /// <param name="write">Writes the content to the stream that it is given; may be called again after a transient failure.</param>
    /// <param name="cancellationToken">Stops the call; then nothing is left under the name.</param>
    /// <exception cref="SessionizeException">The name exists, the base does not, or the place cannot be written.</exception>
    ValueTask PrepareAsync(
        LaneId lane, StateVersion version, StateVersion? basedOn, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken);

    /// <summary>Reads a version: the snapshot that it is based on first, then each delta up to it.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="version">The version's name.</param>
    /// <param name="read">Called with the content of each part, in order.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">A part is missing or damaged: the message names lane, version and remedy.</exception>
    ValueTask LoadAsync(
        LaneId lane, StateVersion version, Func<Stream, CancellationToken, ValueTask> read, CancellationToken cancellationToken);

    /// <summary>Tells that the version was committed. Versions older than the ten newest confirmed ones, on which none of those is based, may go.</summary>
    /// <remarks>
    /// Called behind a commit, and again by whoever loads the committed version: the process that wrote it may have ended before it could
    /// confirm it.
    /// </remarks>
    /// <param name="lane">The lane.</param>
    /// <param name="version">The version's name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="SessionizeException">The version is missing or damaged: the message names lane, version and remedy.</exception>
    ValueTask ConfirmAsync(LaneId lane, StateVersion version, CancellationToken cancellationToken);

    /// <summary>Reads the commit record, for sinks that cannot hold positions.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The record, which holds all lanes of the pipeline, or <see langword="null"/> when there was never a commit.</returns>
    ValueTask<SinkCommit?> ReadCommitAsync(string pipeline, CancellationToken cancellationToken);

    /// <summary>Swaps the commit record in one atomic step.</summary>
    /// <param name="replaces">The id of the record that this one replaces; <see langword="null"/>: there must be none.</param>
    /// <param name="commit">The new record.</param>
    /// <param name="cancellationToken">Stops the call; then the outcome is unknown.</param>
    /// <returns>Whether the new record is there, be it by an earlier call whose answer was lost; <see langword="false"/> when another one is.</returns>
    /// <exception cref="SessionizeException">The outcome is unknown.</exception>
    ValueTask<bool> WriteCommitAsync(Guid? replaces, SinkCommit commit, CancellationToken cancellationToken);
}
