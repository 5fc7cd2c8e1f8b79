using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>How often and after which pauses a commit is tried again (<c>commit.retry.*</c>). Not thread-safe.</summary>
internal sealed class CommitRetries(TableProperties properties, TimeProvider clock)
{
    /// <summary>Iceberg's Java library doubles. Half as much more keeps the slowest of many racers from waiting for most of a minute.</summary>
    private const double Growth = 1.5;

    private readonly long _start = clock.GetTimestamp();

    /// <summary>The retries so far.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there may be one more.</summary>
    public bool MayGoOn => Count < properties.CommitRetries && clock.GetElapsedTime(_start) < properties.CommitTotalRetryTime;

    public static SessionizeException UsedUp(string message, Exception? cause) => new(message, cause, isTransient: true) { AreRetriesUsedUp = true };

    /// <summary>Ends the commit where it may not be tried again: whoever commits must not begin all retries anew.</summary>
    public void ThrowIfUsedUp(SessionizeException failure)
    {
        if (!MayGoOn)
        {
            throw UsedUp(failure.Message, failure);
        }
    }

    /// <summary>Waits before the next try: longer each time, and never as long as others that wait.</summary>
    public Task PauseAsync(CancellationToken cancellationToken)
    {
        double longest = Math.Min(
            properties.CommitMinRetryWait.TotalMilliseconds * Math.Pow(Growth, Count), properties.CommitMaxRetryWait.TotalMilliseconds);
        Count++;
        return Task.Delay(TimeSpan.FromMilliseconds(longest * (0.25 + (0.75 * Random.Shared.NextDouble()))), clock, cancellationToken);
    }

    /// <summary>Does something that changes nothing until it succeeds or the retries are used up.</summary>
    /// <exception cref="SessionizeException">It fails for good; or the retries are used up (<see cref="SessionizeException.AreRetriesUsedUp"/>).</exception>
    public async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (SessionizeException failure) when (failure is { IsTransient: true, AreRetriesUsedUp: false })
            {
                ThrowIfUsedUp(failure);
                await PauseAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
