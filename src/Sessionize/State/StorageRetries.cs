using Microsoft.Extensions.Logging;
using Sessionize.Diagnostics;

namespace Sessionize.State;

/// <summary>Tries a call to the storage again while its failure may pass, with longer and longer pauses: about 15 seconds in all.</summary>
/// <remarks>For calls that may be repeated: a file that is made again with the same bytes is recognised.</remarks>
internal sealed class StorageRetries(TimeProvider clock, ILogger logger)
{
    private const int MostTries = 8;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);

    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call(cancellationToken).ConfigureAwait(false);
            }
            catch (SessionizeException failure) when (failure is { IsTransient: true, AreRetriesUsedUp: false } && attempt < MostTries)
            {
                Log.StateStorageFailed(logger, failure.Message);
            }

            // Up to half as long again, so that processes which failed together do not come back together.
            TimeSpan pause = s_firstPause * (1 << (attempt - 1)) * (1 + (Random.Shared.NextDouble() / 2));
            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
