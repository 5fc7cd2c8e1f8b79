using Sessionize.Testing.Harness;

namespace Sessionize.Testing.Contracts;

/// <summary>A short run whose process crashes at every call in turn, and is gone on with by the next process.</summary>
internal static class StoreFaults
{
    private const int Commits = 4;
    private const int DeltasPerSnapshot = 2;

    public static async Task VerifyAsync(StoreTrial trial)
    {
        for (int step = 0; ; step++)
        {
            CrashPoint crash = new();
            crash.At(step);
            await using StoreTrial fresh = trial.Fresh();
            try
            {
                await RunAsync(fresh, new CrashingStateStore(fresh.Open(), crash)).ConfigureAwait(false);
            }
            catch (SimulatedCrashException)
            {
                // The process is gone; what it had committed has to be there for the next one.
            }

            await RunAsync(fresh, fresh.Open()).ConfigureAwait(false);
            int done = await OpenAsync(fresh.Open()).ConfigureAwait(false) is { } record ? await CountAsync(fresh.Open(), record).ConfigureAwait(false) : 0;
            UnexpectedException.ThrowUnless(done == Commits, $"{Commits} commits behind the crash at step {step}", $"{done}");
            if (!crash.HasFailed)
            {
                return;
            }
        }
    }

    /// <summary>Goes on from the record to the last commit.</summary>
    private static async Task RunAsync(StoreTrial trial, ISessionStateStore store)
    {
        SinkCommit? record = await OpenAsync(store).ConfigureAwait(false);
        LaneId lane = new(0);
        for (int done = record is null ? 0 : await CountAsync(store, record).ConfigureAwait(false); done < Commits; done++)
        {
            StateVersion? from = record?.Lanes[0].To;
            StateVersion to = trial.NewVersion();
            bool isSnapshot = from is null || done % DeltasPerSnapshot == 0;
            string content = string.Concat(Enumerable.Range(isSnapshot ? 0 : done, isSnapshot ? done + 1 : 1).Select(number => $"{number};"));
            await StoreTrial.PrepareAsync(store, 0, to, isSnapshot ? null : from, content).ConfigureAwait(false);
            SinkCommit next = new(StoreTrial.Pipeline, Guid.NewGuid(), [new LaneCommit(lane, from, to, [], done)]);
            await StoreTrial.ExpectSwapAsync(true, store, record?.Id, next).ConfigureAwait(false);
            await store.ConfirmAsync(lane, to, CancellationToken.None).ConfigureAwait(false);
            record = next;
        }
    }

    private static ValueTask<SinkCommit?> OpenAsync(ISessionStateStore store) => store.ReadCommitAsync(StoreTrial.Pipeline, CancellationToken.None);

    /// <summary>Loads the state of the record, which has to hold each commit once.</summary>
    private static async Task<int> CountAsync(ISessionStateStore store, SinkCommit record)
    {
        string found = string.Concat(await StoreTrial.LoadAsync(store, 0, record.Lanes[0].To).ConfigureAwait(false));
        string expected = string.Concat(Enumerable.Range(0, (int)record.Lanes[0].Watermark + 1).Select(number => $"{number};"));
        UnexpectedException.ThrowUnless(expected == found, $"the state {expected}", $"the state {found}");
        return (int)record.Lanes[0].Watermark + 1;
    }
}
