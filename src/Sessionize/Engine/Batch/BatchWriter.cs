namespace Sessionize.Engine.Batch;

/// <summary>Cuts an engine's cells and encodes their rows on all threads, and stages them in order.</summary>
internal sealed class BatchWriter(BatchEngine engine, SummaryCounts counts, ISessionSink sink, IProgress<SessionizationProgress>? progress)
{
    private const int ChangesAtOnce = 1024;

    public async Task WriteAsync(IEventPlaces places, long endTimeMs, CancellationToken cancellationToken)
    {
        IReadOnlyList<CellGroup> groups = engine.Groups;
        int threads = Math.Min(engine.Spreaders.Count, groups.Count);
        TaskCompletionSource<List<Func<CancellationToken, ValueTask>>>[] encoded =
            [.. groups.Select(_ => new TaskCompletionSource<List<Func<CancellationToken, ValueTask>>>(TaskCreationOptions.RunContinuationsAsynchronously))];

        // Encoded rows wait for those before them, but only so many: a thread takes a place here before it takes a group.
        using SemaphoreSlim ahead = new(threads + 1);
        int next = -1;
        await BatchThreads.RunAsync(threads, Cut, StageAsync, cancellationToken).ConfigureAwait(false);

        void Cut(int thread, CancellationToken stop)
        {
            using CellCutter cutter = engine.CreateCutter(places, endTimeMs);
            SessionBatch rows = new();
            while (true)
            {
                ahead.Wait(stop);
                int group = Interlocked.Increment(ref next);
                if (group >= groups.Count)
                {
                    counts.AddUsers(cutter.Users);
                    ahead.Release();
                    return;
                }

                List<Func<CancellationToken, ValueTask>> staging = [];
                cutter.Cut(groups[group], rows, batch =>
                {
                    stop.ThrowIfCancellationRequested();
                    counts.AddSessions(batch);
                    staging.Add(Encode(batch));
                });
                encoded[group].SetResult(staging);
            }
        }

        async Task StageAsync(CancellationToken stop)
        {
            foreach (TaskCompletionSource<List<Func<CancellationToken, ValueTask>>> group in encoded)
            {
                foreach (Func<CancellationToken, ValueTask> stage in await group.Task.WaitAsync(stop).ConfigureAwait(false))
                {
                    await stage(stop).ConfigureAwait(false);
                    stop.ThrowIfCancellationRequested();
                }

                ahead.Release();
                progress?.Report(new SessionizationProgress(engine.Events, counts.Bad, counts.Sessions));
            }
        }
    }

    private Func<CancellationToken, ValueTask> Encode(SessionBatch batch)
    {
        if (sink is ISessionBatchSink columns)
        {
            return columns.Encode(batch);
        }

        SessionChange[] changes = new SessionChange[batch.Count];
        for (int row = 0; row < changes.Length; row++)
        {
            changes[row] = new SessionChange(SessionChangeKind.Added, batch.ToSession(row));
        }

        return async stop =>
        {
            for (int start = 0; start < changes.Length; start += ChangesAtOnce)
            {
                await sink.WriteAsync(new ArraySegment<SessionChange>(changes, start, Math.Min(ChangesAtOnce, changes.Length - start)), stop).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }
        };
    }
}
