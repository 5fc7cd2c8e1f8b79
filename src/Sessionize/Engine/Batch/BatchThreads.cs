using System.Runtime.ExceptionServices;

namespace Sessionize.Engine.Batch;

/// <summary>Threads that work side by side with the caller; what stops one of them stops all.</summary>
internal static class BatchThreads
{
    /// <summary>Runs work on threads, and beside it what has to be done in order.</summary>
    /// <param name="threads">How many threads work.</param>
    /// <param name="work">Is called with the number of the thread, on a thread of its own.</param>
    /// <param name="inOrder">Runs beside them; its end does not end them.</param>
    /// <param name="cancellationToken">Stops all.</param>
    /// <exception cref="Exception">The first thing that went wrong anywhere, when all have stopped.</exception>
    public static async Task RunAsync(
        int threads, Action<int, CancellationToken> work, Func<CancellationToken, Task> inOrder, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? first = null;
        List<Task> all = [];
        for (int i = 0; i < threads; i++)
        {
            int thread = i;
            all.Add(Task.Factory.StartNew(
                () => Guard(() =>
                {
                    work(thread, stop.Token);
                    return Task.CompletedTask;
                }).GetAwaiter().GetResult(),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        all.Add(Guard(() => inOrder(stop.Token)));
        await Task.WhenAll(all).ConfigureAwait(false);
        first?.Throw();

        async Task Guard(Func<Task> run)
        {
            try
            {
                await run().ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                // Whatever it was, it is thrown when nobody works any more. What comes after it are mostly the others being stopped.
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(failure), null);
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }
    }
}
