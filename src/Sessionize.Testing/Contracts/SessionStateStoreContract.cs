using static Sessionize.Testing.Contracts.StoreTrial;

namespace Sessionize.Testing.Contracts;

/// <summary>The contract of <see cref="ISessionStateStore"/> as tests: run it on a store of your own with one call.</summary>
/// <example>
/// <code>
/// await SessionStateStoreContract.VerifyAsync(() =>
/// {
///     string folder = Directory.CreateTempSubdirectory().FullName;
///     return new SessionStateStorePlace(() => new MyStore(folder));
/// });
/// </code>
/// </example>
public static class SessionStateStoreContract
{
    private const int ManyVersions = 30;

    private static readonly ContractCheck<StoreTrial>[] s_checks =
    [
        new("A version is read back as it was written, by another process.", ContentComesBack),
        new("A delta comes after all that it is based on, in order.", ChainsComeInOrder),
        new("The same name in two lanes is two versions.", LanesAreSeparate),
        new("A name is never used twice, and what stands under it never changes.", NamesAreUsedOnce),
        new("Of two processes that write one name at once one fails.", OneOfTwoWritersFails),
        new("A version that is based on nothing that is there is refused.", AMissingBaseIsRefused),
        new("A version is based on one of its own lane only.", ABaseOfAnotherLaneIsRefused),
        new("A missing version is an error that names lane and version.", AMissingVersionIsNamed),
        new("A write that fails leaves nothing under the name.", AFailedWriteLeavesNothing),
        new("A write that is stopped leaves nothing under the name.", AStoppedWriteLeavesNothing),
        new("Lanes are written at the same time.", LanesAreWrittenAtOnce),
        new("The newest confirmed version stays, with all that it is based on.", TheNewestVersionStays),
        new("The newest ten confirmed versions stay, so that a table can be rolled back to any of them.", TheNewestTenVersionsStay),
        new("A version that was committed but not confirmed stays.", UnconfirmedVersionsStay),
        new("A version is confirmed by a process that did not write it, and stays from then on.", OthersConfirm),
        new("A late confirmation of an older version takes nothing away.", ALateConfirmationIsHarmless),
        new("There is no commit record before the first.", NoRecordAtFirst),
        new("The commit record is read back whole, by another process.", TheRecordComesBackWhole),
        new("The commit record is swapped only for the one that it replaces.", TheRecordIsSwappedForItsPredecessor),
        new("A repeated swap recognises its own record.", ARepeatedSwapRecognisesItsRecord),
        new("Of two swaps at once one succeeds.", OneOfTwoSwapsSucceeds),
        new("Pipelines have records of their own.", PipelinesAreSeparate),
        new("A crash before or behind any call loses nothing.", StoreFaults.VerifyAsync),
    ];

    /// <summary>Runs all checks.</summary>
    /// <param name="newPlace">Makes a new, empty place; called for every check, and for every point of failure.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="ContractViolationException">A rule is broken; the message names it, what was expected and what was found.</exception>
    public static async Task VerifyAsync(Func<SessionStateStorePlace> newPlace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(newPlace);
        foreach (ContractCheck<StoreTrial> check in s_checks)
        {
            await check.VerifyAsync(() => new StoreTrial(newPlace, cancellationToken)).ConfigureAwait(false);
        }
    }

    private static async Task ContentComesBack(StoreTrial trial)
    {
        StateVersion empty = trial.NewVersion();
        StateVersion large = trial.NewVersion();
        string text = string.Concat(Enumerable.Range(0, 200_000).Select(number => (char)('!' + (number * 7 % 90))));
        ISessionStateStore store = trial.Open();
        await PrepareAsync(store, 0, empty, null).ConfigureAwait(false);
        await PrepareAsync(store, 0, large, null, text, "\0\r\n", text).ConfigureAwait(false);
        await trial.ExpectPartsAsync(0, empty, "").ConfigureAwait(false);
        await trial.ExpectPartsAsync(0, large, text + "\0\r\n" + text).ConfigureAwait(false);
    }

    private static async Task ChainsComeInOrder(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        StateVersion[] versions = [.. Enumerable.Range(0, 5).Select(_ => trial.NewVersion())];
        for (int at = 0; at < versions.Length; at++)
        {
            await PrepareAsync(store, 3, versions[at], at == 0 ? null : versions[at - 1], $"part {at}").ConfigureAwait(false);
        }

        StateVersion branch = trial.NewVersion();
        await PrepareAsync(store, 3, branch, versions[1], "branch").ConfigureAwait(false);
        await trial.ExpectPartsAsync(3, versions[4], "part 0", "part 1", "part 2", "part 3", "part 4").ConfigureAwait(false);
        await trial.ExpectPartsAsync(3, branch, "part 0", "part 1", "branch").ConfigureAwait(false);
        await trial.ExpectPartsAsync(3, versions[0], "part 0").ConfigureAwait(false);
    }

    private static async Task LanesAreSeparate(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        StateVersion version = trial.NewVersion();
        await PrepareAsync(store, 1, version, null, "one").ConfigureAwait(false);
        await PrepareAsync(store, 11, version, null, "eleven").ConfigureAwait(false);
        await trial.ExpectPartsAsync(1, version, "one").ConfigureAwait(false);
        await trial.ExpectPartsAsync(11, version, "eleven").ConfigureAwait(false);
    }

    private static async Task NamesAreUsedOnce(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        StateVersion version = trial.NewVersion();
        await PrepareAsync(store, 0, version, null, "first").ConfigureAwait(false);
        await ExpectErrorAsync(() => PrepareAsync(store, 0, version, null, "second"), "The same name again", version.Name).ConfigureAwait(false);
        await ExpectErrorAsync(() => PrepareAsync(trial.Open(), 0, version, null, "third"), "The same name from another process", version.Name).ConfigureAwait(false);
        await trial.ExpectPartsAsync(0, version, "first").ConfigureAwait(false);
    }

    private static async Task OneOfTwoWritersFails(StoreTrial trial)
    {
        for (int round = 0; round < ManyVersions; round++)
        {
            StateVersion version = trial.NewVersion();
            bool[] written = await Task.WhenAll(TryAsync("left"), TryAsync("right")).ConfigureAwait(false);
            UnexpectedException.ThrowUnless(written[0] != written[1], "one writer succeeds", written[0] ? "both did" : "none did");
            await trial.ExpectPartsAsync(0, version, written[0] ? "left" : "right").ConfigureAwait(false);

            async Task<bool> TryAsync(string content)
            {
                try
                {
                    await PrepareAsync(trial.Open(), 0, version, null, content).ConfigureAwait(false);
                    return true;
                }
                catch (SessionizeException)
                {
                    return false;
                }
            }
        }
    }

    private static async Task AMissingBaseIsRefused(StoreTrial trial)
    {
        StateVersion version = trial.NewVersion();
        StateVersion missing = trial.NewVersion();
        await ExpectErrorAsync(() => PrepareAsync(trial.Open(), 0, version, missing, "delta"), "A base that does not exist", missing.Name).ConfigureAwait(false);
        await ExpectErrorAsync(() => LoadAsync(trial.Open(), 0, version), "What was refused").ConfigureAwait(false);
    }

    private static async Task ABaseOfAnotherLaneIsRefused(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        StateVersion snapshot = trial.NewVersion();
        StateVersion delta = trial.NewVersion();
        await PrepareAsync(store, 1, snapshot, null, "snapshot").ConfigureAwait(false);
        await ExpectErrorAsync(() => PrepareAsync(store, 2, delta, snapshot, "delta"), "A base that another lane has", snapshot.Name).ConfigureAwait(false);
        await ExpectErrorAsync(() => LoadAsync(trial.Open(), 2, delta), "What was refused").ConfigureAwait(false);
    }

    private static async Task AMissingVersionIsNamed(StoreTrial trial)
    {
        StateVersion missing = trial.NewVersion();
        await PrepareAsync(trial.Open(), 6, missing, null, "another lane's").ConfigureAwait(false);
        await ExpectErrorAsync(() => LoadAsync(trial.Open(), 7, missing), "A missing version", "7", missing.Name).ConfigureAwait(false);
    }

    private static async Task AFailedWriteLeavesNothing(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        StateVersion version = trial.NewVersion();
        await FailAsync(store, version, CancellationToken.None, async (stream, token) =>
        {
            await stream.WriteAsync("half"u8.ToArray(), token).ConfigureAwait(false);
            throw new InvalidOperationException("The write fails here.");
        }).ConfigureAwait(false);
        await ExpectErrorAsync(() => LoadAsync(trial.Open(), 0, version), "A version whose write failed").ConfigureAwait(false);
        await PrepareAsync(store, 0, version, null, "whole").ConfigureAwait(false);
        await trial.ExpectPartsAsync(0, version, "whole").ConfigureAwait(false);
    }

    private static async Task AStoppedWriteLeavesNothing(StoreTrial trial)
    {
        StateVersion version = trial.NewVersion();
        using CancellationTokenSource stop = new();
        await FailAsync(trial.Open(), version, stop.Token, async (stream, _) =>
        {
            await stream.WriteAsync("whole"u8.ToArray(), CancellationToken.None).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        await ExpectErrorAsync(() => LoadAsync(trial.Open(), 0, version), "A version whose write was stopped").ConfigureAwait(false);
    }

    private static async Task FailAsync(
        ISessionStateStore store, StateVersion version, CancellationToken stop, Func<Stream, CancellationToken, ValueTask> write)
    {
        try
        {
            await store.PrepareAsync(new LaneId(0), version, null, write, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is InvalidOperationException or OperationCanceledException or SessionizeException)
        {
            return;
        }

        throw new UnexpectedException("PrepareAsync throws", "no exception");
    }

    private static async Task LanesAreWrittenAtOnce(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        StateVersion[] versions = [.. Enumerable.Range(0, 8).Select(_ => trial.NewVersion())];
        await Task.WhenAll(versions.Select((version, lane) => Task.Run(async () =>
        {
            await PrepareAsync(store, lane, version, null, $"lane {lane}").ConfigureAwait(false);
            await store.ConfirmAsync(new LaneId(lane), version, CancellationToken.None).ConfigureAwait(false);
        }))).ConfigureAwait(false);
        for (int lane = 0; lane < versions.Length; lane++)
        {
            await trial.ExpectPartsAsync(lane, versions[lane], $"lane {lane}").ConfigureAwait(false);
        }
    }

    private static async Task TheNewestVersionStays(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        StateVersion other = trial.NewVersion();
        await PrepareAsync(store, 1, other, null, "other lane").ConfigureAwait(false);
        await store.ConfirmAsync(new LaneId(1), other, CancellationToken.None).ConfigureAwait(false);
        List<string> parts = [];
        StateVersion? last = null;
        for (int at = 0; at < 2 * ManyVersions; at++)
        {
            // A snapshot once only, so that the first version is needed to the end; then snapshots only.
            bool isDelta = at is > 0 and < ManyVersions;
            StateVersion version = trial.NewVersion();
            parts = isDelta ? [.. parts, $"{at}"] : [$"{at}"];
            await PrepareAsync(store, 0, version, isDelta ? last : null, $"{at}").ConfigureAwait(false);
            await store.ConfirmAsync(new LaneId(0), version, CancellationToken.None).ConfigureAwait(false);
            await store.ConfirmAsync(new LaneId(0), version, CancellationToken.None).ConfigureAwait(false);
            await trial.ExpectPartsAsync(0, version, [.. parts]).ConfigureAwait(false);
            last = version;
        }

        await trial.ExpectPartsAsync(1, other, "other lane").ConfigureAwait(false);
    }

    private static async Task TheNewestTenVersionsStay(StoreTrial trial)
    {
        const int kept = 10;
        const int deltasPerSnapshot = 4;
        List<(StateVersion Version, string[] Parts)> confirmed = [];
        for (int at = 0; at < ManyVersions; at++)
        {
            // Each process makes a few versions and is followed by another, which takes over what was confirmed last.
            ISessionStateStore store = trial.Open();
            for (int own = 0; own < 3; own++, at++)
            {
                bool isDelta = confirmed.Count % deltasPerSnapshot > 0;
                StateVersion version = trial.NewVersion();
                StateVersion? last = confirmed.Count > 0 ? confirmed[^1].Version : null;
                if (own == 0 && last is { } taken)
                {
                    await LoadAsync(store, 0, taken).ConfigureAwait(false);
                    await store.ConfirmAsync(new LaneId(0), taken, CancellationToken.None).ConfigureAwait(false);
                }

                await PrepareAsync(store, 0, version, isDelta ? last : null, $"{at}").ConfigureAwait(false);
                await store.ConfirmAsync(new LaneId(0), version, CancellationToken.None).ConfigureAwait(false);
                confirmed.Add((version, isDelta ? [.. confirmed[^1].Parts, $"{at}"] : [$"{at}"]));
            }

            foreach ((StateVersion version, string[] parts) in confirmed.TakeLast(kept))
            {
                await trial.ExpectPartsAsync(0, version, parts).ConfigureAwait(false);
            }
        }
    }

    private static async Task UnconfirmedVersionsStay(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        StateVersion snapshot = trial.NewVersion();
        StateVersion unconfirmed = trial.NewVersion();
        await PrepareAsync(store, 0, snapshot, null, "snapshot").ConfigureAwait(false);
        await store.ConfirmAsync(new LaneId(0), snapshot, CancellationToken.None).ConfigureAwait(false);
        await PrepareAsync(store, 0, unconfirmed, snapshot, "unconfirmed").ConfigureAwait(false);
        ISessionStateStore next = trial.Open();
        for (int at = 0; at < ManyVersions; at++)
        {
            StateVersion version = trial.NewVersion();
            await PrepareAsync(next, 0, version, null, $"{at}").ConfigureAwait(false);
            await next.ConfirmAsync(new LaneId(0), version, CancellationToken.None).ConfigureAwait(false);
        }

        await trial.ExpectPartsAsync(0, unconfirmed, "snapshot", "unconfirmed").ConfigureAwait(false);
    }

    private static async Task OthersConfirm(StoreTrial trial)
    {
        ISessionStateStore crashed = trial.Open();
        StateVersion first = trial.NewVersion();
        StateVersion committed = trial.NewVersion();
        await PrepareAsync(crashed, 0, first, null, "first").ConfigureAwait(false);
        await crashed.ConfirmAsync(new LaneId(0), first, CancellationToken.None).ConfigureAwait(false);
        await PrepareAsync(crashed, 0, committed, first, "committed").ConfigureAwait(false);

        // The process ended before it could confirm; the next one does, when it has loaded the version.
        ISessionStateStore next = trial.Open();
        await LoadAsync(next, 0, committed).ConfigureAwait(false);
        await next.ConfirmAsync(new LaneId(0), committed, CancellationToken.None).ConfigureAwait(false);
        await crashed.ConfirmAsync(new LaneId(0), first, CancellationToken.None).ConfigureAwait(false);
        await trial.ExpectPartsAsync(0, committed, "first", "committed").ConfigureAwait(false);

        StateVersion following = trial.NewVersion();
        await PrepareAsync(next, 0, following, committed, "following").ConfigureAwait(false);
        await next.ConfirmAsync(new LaneId(0), following, CancellationToken.None).ConfigureAwait(false);
        await trial.ExpectPartsAsync(0, following, "first", "committed", "following").ConfigureAwait(false);
    }

    private static async Task ALateConfirmationIsHarmless(StoreTrial trial)
    {
        ISessionStateStore slow = trial.Open();
        ISessionStateStore fast = trial.Open();
        StateVersion older = trial.NewVersion();
        StateVersion newer = trial.NewVersion();
        await PrepareAsync(slow, 0, older, null, "older").ConfigureAwait(false);
        await PrepareAsync(fast, 0, newer, older, "newer").ConfigureAwait(false);
        await fast.ConfirmAsync(new LaneId(0), newer, CancellationToken.None).ConfigureAwait(false);
        await slow.ConfirmAsync(new LaneId(0), older, CancellationToken.None).ConfigureAwait(false);
        await trial.ExpectPartsAsync(0, newer, "older", "newer").ConfigureAwait(false);
    }

    private static Task NoRecordAtFirst(StoreTrial trial) => trial.ExpectRecordAsync(null);

    private static async Task TheRecordComesBackWhole(StoreTrial trial)
    {
        SinkCommit commit = new(Pipeline, Guid.NewGuid(),
        [
            new LaneCommit(new LaneId(0), null, trial.NewVersion(), [], long.MinValue),
            new LaneCommit(
                new LaneId(11),
                trial.NewVersion(),
                trial.NewVersion(),
                [new PartitionPosition("a, \"é\"/\u0001😀", 12, long.MaxValue, 0), new PartitionPosition("b", 1, 7, 3)],
                1_700_000_000_000)
            {
                Replay = "1;0123456789abcdef;01234567;mc;;,1,;w0:7:1700000000000,a1:8:9",
            },
        ])
        {
            Fingerprint = "rules: {\"a\": 1}\n",
            Earlier = [Guid.NewGuid(), Guid.NewGuid()],
        };
        await ExpectSwapAsync(true, trial.Open(), null, commit).ConfigureAwait(false);
        await trial.ExpectRecordAsync(commit).ConfigureAwait(false);
    }

    private static async Task TheRecordIsSwappedForItsPredecessor(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        SinkCommit first = NewRecord();
        SinkCommit second = NewRecord();
        await ExpectSwapAsync(false, store, Guid.NewGuid(), first).ConfigureAwait(false);
        await trial.ExpectRecordAsync(null).ConfigureAwait(false);
        await ExpectSwapAsync(true, store, null, first).ConfigureAwait(false);
        await ExpectSwapAsync(false, trial.Open(), null, second).ConfigureAwait(false);
        await ExpectSwapAsync(false, trial.Open(), Guid.NewGuid(), second).ConfigureAwait(false);
        await trial.ExpectRecordAsync(first).ConfigureAwait(false);
        await ExpectSwapAsync(true, trial.Open(), first.Id, second).ConfigureAwait(false);
        await ExpectSwapAsync(false, store, first.Id, NewRecord()).ConfigureAwait(false);
        await trial.ExpectRecordAsync(second).ConfigureAwait(false);
    }

    private static async Task ARepeatedSwapRecognisesItsRecord(StoreTrial trial)
    {
        SinkCommit first = NewRecord();
        SinkCommit second = NewRecord();
        await ExpectSwapAsync(true, trial.Open(), null, first).ConfigureAwait(false);
        await ExpectSwapAsync(true, trial.Open(), null, first).ConfigureAwait(false);
        await ExpectSwapAsync(true, trial.Open(), first.Id, second).ConfigureAwait(false);
        await ExpectSwapAsync(true, trial.Open(), first.Id, second).ConfigureAwait(false);
        await ExpectSwapAsync(false, trial.Open(), null, first).ConfigureAwait(false);
        await trial.ExpectRecordAsync(second).ConfigureAwait(false);
    }

    private static async Task OneOfTwoSwapsSucceeds(StoreTrial trial)
    {
        Guid? last = null;
        for (int round = 0; round < ManyVersions; round++)
        {
            SinkCommit left = NewRecord();
            SinkCommit right = NewRecord();
            Task<bool> first = trial.Open().WriteCommitAsync(last, left, CancellationToken.None).AsTask();
            Task<bool> second = trial.Open().WriteCommitAsync(last, right, CancellationToken.None).AsTask();
            bool[] swapped = await Task.WhenAll(first, second).ConfigureAwait(false);
            UnexpectedException.ThrowUnless(swapped[0] != swapped[1], "one swap succeeds", swapped[0] ? "both did" : "none did");
            await trial.ExpectRecordAsync(swapped[0] ? left : right).ConfigureAwait(false);
            last = swapped[0] ? left.Id : right.Id;
        }
    }

    private static async Task PipelinesAreSeparate(StoreTrial trial)
    {
        ISessionStateStore store = trial.Open();
        SinkCommit one = NewRecord();
        SinkCommit other = NewRecord() with { Pipeline = Pipeline + "-2" };
        await ExpectSwapAsync(true, store, null, one).ConfigureAwait(false);
        await ExpectSwapAsync(true, store, null, other).ConfigureAwait(false);
        await trial.ExpectRecordAsync(one).ConfigureAwait(false);
        await trial.ExpectRecordAsync(other, other.Pipeline).ConfigureAwait(false);
    }

    private static SinkCommit NewRecord() => new(Pipeline, Guid.NewGuid(), []);
}
