using Sessionize.Iceberg.Metadata;

namespace Sessionize.Iceberg.Commits;

/// <summary>How often and after which pauses a commit is tried again (<c>commit.retry.*</c>). Not thread-safe.</summary>
internal sealed class CommitRetries(TableProperties properties, TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();

    /// <summary>The retries so far.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there may be one more.</summary>
    public bool MayGoOn => Count < properties.CommitRetries && clock.GetElapsedTime(_start) < properties.CommitTotalRetryTime;

    /// <summary>Waits before the next try: longer each time, and never as long as others that wait.</summary>
    public Task PauseAsync(CancellationToken cancellationToken)
    {
        double longest = Math.Min(
            properties.CommitMinRetryWait.TotalMilliseconds * Math.Pow(2, Math.Min(Count, 30)), properties.CommitMaxRetryWait.TotalMilliseconds);
        Count++;
        return Task.Delay(TimeSpan.FromMilliseconds(longest * (0.25 + (0.75 * Random.Shared.NextDouble()))), clock, cancellationToken);
    }

    /// <summary>Does something that changes nothing until it succeeds or the retries are used up.</summary>
    public async ValueTask<T> RunAsync<T>(Func<ValueTask<T>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (SessionizeException failure) when (failure.IsTransient && MayGoOn)
            {
                await PauseAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
