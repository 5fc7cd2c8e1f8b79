using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;

namespace Sessionize.Engine;

/// <summary>The deciding step of a commit (design section 5), for streaming and batch.</summary>
internal sealed class CommitDecision(ISessionSink sink, TimeProvider clock, ILogger logger)
{
    private const int MostTries = 8;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Why the commit that is under way is tried again; <see langword="null"/>: it is not. May be read by any thread.</summary>
    public string? RetriedFailure { get; private set; }

    /// <summary>Commits; an outcome that is unknown is looked up before anything else is done, and what was not committed is tried again.</summary>
    /// <exception cref="Exception">The sink's own, when it fails for good or too often: nothing was committed, or nobody can tell.</exception>
    public async ValueTask<SinkCommitOutcome> TakeAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(commit, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            RetriedFailure = null;
        }
    }

    private async ValueTask<SinkCommitOutcome> TryAsync(SinkCommit commit, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            ExceptionDispatchInfo failure;
            try
            {
                return await sink.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // The outcome is unknown, whatever was thrown: it is looked up before anything else is done.
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            RetriedFailure = failure.SourceException.Message;
            Log.OutcomeUnknown(logger, commit.Pipeline, failure.SourceException);
            if (await HasCommittedAsync(commit).ConfigureAwait(false))
            {
                return SinkCommitOutcome.Committed;
            }

            // It was not committed. It can be tried again under its id, where that may help.
            if (attempt == MostTries || cancellationToken.IsCancellationRequested || IsPermanent(failure.SourceException))
            {
                failure.Throw();
            }

            await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> HasCommittedAsync(SinkCommit commit)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await sink.HasCommittedAsync(commit, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception) when (attempt < MostTries && !IsPermanent(exception))
            {
                // What made the commit fail may still be there: a catalog that is away answers no question either.
                Log.OutcomeUnknown(logger, commit.Pipeline, exception);
            }

            await PauseAsync(attempt, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Exceptions that are not ours say nothing about themselves: they count as what passes.</summary>
    private static bool IsPermanent(Exception exception) =>
        exception is SessionizeException { IsTransient: false } or SessionizeException { AreRetriesUsedUp: true };

    private Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        // Up to half as long again, so that processes which failed together do not come back together.
        TimeSpan pause = s_firstPause * (1 << (attempt - 1)) * (1 + (Random.Shared.NextDouble() / 2));
        return Task.Delay(pause, clock, cancellationToken);
    }
}
