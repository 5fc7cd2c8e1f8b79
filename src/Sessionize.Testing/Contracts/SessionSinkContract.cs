using static Sessionize.Testing.Contracts.SinkTrial;

namespace Sessionize.Testing.Contracts;

/// <summary>The contract of <see cref="ISessionSink"/> as tests: run it on a sink of your own with one call.</summary>
/// <example>
/// <code>
/// await SessionSinkContract.VerifyAsync(() =>
/// {
///     MyTable table = MyTable.CreateEmpty();
///     return new SessionSinkPlace(() => new MySink(table), table.ReadAllAsync);
/// });
/// </code>
/// </example>
public static class SessionSinkContract
{
    private const int Races = 20;

    private static readonly ContractCheck<SinkTrial>[] s_checks =
    [
        new("A place without commits gives no lane.", NoLaneBeforeTheFirstCommit),
        new("Rows are invisible until the commit, and there after it.", RowsAppearWithTheCommit),
        new("A commit without rows records its lanes.", ACommitWithoutRowsRecordsItsLanes),
        new("A process is told the last entry of each lane that it asks for, whole, and of no other.", LanesAreGivenBackWhole),
        new("Lanes that arrive later are told by asking again.", LanesThatArriveLater),
        new("A commit that is recorded already is committed, once.", ARepeatedCommitHappensOnce),
        new("A lane that others moved on refuses the commit, at the same position, too.", AStaleVersionIsRefused),
        new("A first commit is refused where a version is recorded.", AFirstCommitIsRefusedWhereOneIsRecorded),
        new("A commit from a version that is not recorded is refused.", AnUnknownVersionIsRefused),
        new("One stale lane of several refuses the whole commit.", OneStaleLaneRefusesAll),
        new("Rows of a refused commit do not come with a later one.", RefusedRowsStayAway),
        new("Discarded rows do not come with a later commit.", DiscardedRowsStayAway),
        new("Processes with different lanes do not refuse or forget each other.", DifferentLanesGoOnSideBySide),
        new("Of two processes that commit for one lane at once one is refused.", OneOfTwoOwnersIsRefused),
        new("Processes that commit for different lanes at once all succeed.", DifferentLanesCommitAtOnce),
        new("A commit can be looked up: after later commits by others, and by a process that started later.", CommitsCanBeLookedUp),
        new("A commit that was not made is not found, after later commits by others either.", RefusedCommitsAreNotFound),
        new("A retracted row leaves with its commit, and its next revision takes its place.", RetractedRowsLeave),
        new("Pipelines do not see each other's lanes.", PipelinesAreSeparate),
        new("A crash before or behind any call loses nothing and doubles nothing.", trial => SinkFaults.VerifyAsync(trial, recovers: false)),
        new("An exception before or behind any call loses nothing and doubles nothing.", trial => SinkFaults.VerifyAsync(trial, recovers: true)),
        new("What a process that was paused within its commit writes late takes no row of a higher revision away.", LateRowsLeaveNewerOnes),
    ];

    /// <summary>Runs all checks.</summary>
    /// <param name="newPlace">Makes a new, empty place; called for every check, and for every point of failure.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="ContractViolationException">A rule is broken; the message names it, what was expected and what was found.</exception>
    public static async Task VerifyAsync(Func<SessionSinkPlace> newPlace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(newPlace);
        foreach (ContractCheck<SinkTrial> check in s_checks)
        {
            await check.VerifyAsync(() => new SinkTrial(newPlace, cancellationToken)).ConfigureAwait(false);
        }
    }

    private static async Task NoLaneBeforeTheFirstCommit(SinkTrial trial)
    {
        await trial.ExpectLanesAsync().ConfigureAwait(false);
        await trial.ExpectRowsAsync().ConfigureAwait(false);
    }

    private static async Task RowsAppearWithTheCommit(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0).ConfigureAwait(false);
        await process.AddAsync(Row(1), Row(2)).ConfigureAwait(false);
        await process.AddAsync(Row(3)).ConfigureAwait(false);
        await trial.ExpectRowsAsync().ConfigureAwait(false);
        LaneCommit first = trial.Step(0, null, 3);
        await process.CommitAsync(Commit(first)).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(1), Row(2), Row(3)).ConfigureAwait(false);

        await process.AddAsync(Row(4)).ConfigureAwait(false);
        await process.CommitAsync(Commit(trial.Step(0, first.To, 4))).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(1), Row(2), Row(3), Row(4)).ConfigureAwait(false);
    }

    private static async Task ACommitWithoutRowsRecordsItsLanes(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit first = trial.Step(0, null);
        await process.CommitAsync(Commit(first)).ConfigureAwait(false);
        await trial.ExpectLanesAsync(first).ConfigureAwait(false);
    }

    private static async Task LanesAreGivenBackWhole(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0, 1).ConfigureAwait(false);
        LaneCommit zero = trial.Step(0, null, 3);
        LaneCommit one = trial.Step(1, null, 5) with
        {
            Positions = [new PartitionPosition("a/1", 12, 5, 2), new PartitionPosition("b, \"é\"/1", 12, long.MaxValue, 0)],
            Watermark = long.MinValue,
            Replay = "1;0123456789abcdef;01234567;mc;;,1,;w0:7:1700000000000,a1:8:9",
        };
        await process.CommitAsync(Commit(zero, one)).ConfigureAwait(false);
        LaneCommit next = trial.Step(0, zero.To, 9);
        await process.CommitAsync(Commit(next)).ConfigureAwait(false);

        await trial.ExpectLanesAsync(next, one).ConfigureAwait(false);
        ExpectSame([one], await trial.Start().OpenAsync(Pipeline, 1).ConfigureAwait(false));
    }

    private static async Task LanesThatArriveLater(SinkTrial trial)
    {
        SinkProcess other = await trial.OpenAsync(1).ConfigureAwait(false);
        SinkProcess process = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit one = trial.Step(1, null);
        await other.CommitAsync(Commit(one)).ConfigureAwait(false);

        ExpectSame([one], await process.OpenAsync(Pipeline, 1).ConfigureAwait(false));
        LaneCommit zero = trial.Step(0, null);
        LaneCommit next = trial.Step(1, one.To);
        await process.CommitAsync(Commit(zero, next)).ConfigureAwait(false);
        await trial.ExpectLanesAsync(zero, next).ConfigureAwait(false);
    }

    private static async Task ARepeatedCommitHappensOnce(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit first = trial.Step(0, null);
        SinkCommit commit = Commit(first);
        await process.AddAsync(Row(1)).ConfigureAwait(false);
        await process.CommitAsync(commit).ConfigureAwait(false);
        await process.CommitAsync(commit).ConfigureAwait(false);

        SinkProcess restarted = await trial.OpenAsync(0).ConfigureAwait(false);
        await restarted.AddAsync(Row(1)).ConfigureAwait(false);
        await restarted.CommitAsync(commit).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(1)).ConfigureAwait(false);
        await restarted.CommitAsync(Commit(trial.Step(0, first.To))).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(1)).ConfigureAwait(false);
    }

    private static async Task AStaleVersionIsRefused(SinkTrial trial)
    {
        SinkProcess owner = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit first = trial.Step(0, null, 5);
        await owner.CommitAsync(Commit(first)).ConfigureAwait(false);
        SinkProcess zombie = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit second = trial.Step(0, first.To, 5);
        await owner.AddAsync(Row(1)).ConfigureAwait(false);
        await owner.CommitAsync(Commit(second)).ConfigureAwait(false);

        await zombie.AddAsync(Row(1), Row(2)).ConfigureAwait(false);
        await zombie.BeRefusedAsync(Commit(trial.Step(0, first.To, 5))).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(1)).ConfigureAwait(false);
        await trial.ExpectLanesAsync(second).ConfigureAwait(false);
    }

    private static async Task AFirstCommitIsRefusedWhereOneIsRecorded(SinkTrial trial)
    {
        SinkProcess owner = await trial.OpenAsync(0).ConfigureAwait(false);
        SinkProcess other = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit first = trial.Step(0, null);
        await owner.CommitAsync(Commit(first)).ConfigureAwait(false);
        await other.AddAsync(Row(2)).ConfigureAwait(false);
        await other.BeRefusedAsync(Commit(trial.Step(0, null))).ConfigureAwait(false);
        await trial.ExpectRowsAsync().ConfigureAwait(false);
        await trial.ExpectLanesAsync(first).ConfigureAwait(false);
    }

    private static async Task AnUnknownVersionIsRefused(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0).ConfigureAwait(false);
        await process.AddAsync(Row(1)).ConfigureAwait(false);
        await process.BeRefusedAsync(Commit(trial.Step(0, trial.Step(0, null).To))).ConfigureAwait(false);
        await trial.ExpectRowsAsync().ConfigureAwait(false);
        await trial.ExpectLanesAsync().ConfigureAwait(false);
    }

    private static async Task OneStaleLaneRefusesAll(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0, 1, 2).ConfigureAwait(false);
        LaneCommit[] first = [trial.Step(0, null), trial.Step(1, null)];
        await process.CommitAsync(Commit(first)).ConfigureAwait(false);
        await process.AddAsync(Row(1)).ConfigureAwait(false);
        LaneCommit[] second = [trial.Step(0, first[0].To), trial.Step(1, trial.Step(1, null).To), trial.Step(2, null)];
        await process.BeRefusedAsync(Commit(second)).ConfigureAwait(false);
        await trial.ExpectRowsAsync().ConfigureAwait(false);
        await trial.ExpectLanesAsync(first).ConfigureAwait(false);
    }

    private static async Task RefusedRowsStayAway(SinkTrial trial)
    {
        SinkProcess owner = await trial.OpenAsync(0).ConfigureAwait(false);
        SinkProcess other = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit first = trial.Step(0, null);
        await owner.CommitAsync(Commit(first)).ConfigureAwait(false);
        await other.AddAsync(Row(1)).ConfigureAwait(false);
        await other.BeRefusedAsync(Commit(trial.Step(0, null))).ConfigureAwait(false);

        await other.OpenAsync(Pipeline, 0).ConfigureAwait(false);
        await other.AddAsync(Row(2)).ConfigureAwait(false);
        await other.CommitAsync(Commit(trial.Step(0, first.To))).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(2)).ConfigureAwait(false);
    }

    private static async Task DiscardedRowsStayAway(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0).ConfigureAwait(false);
        await process.AddAsync(Row(1)).ConfigureAwait(false);
        await process.Sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        await process.Sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
        await process.AddAsync(Row(2)).ConfigureAwait(false);
        await process.CommitAsync(Commit(trial.Step(0, null))).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(2)).ConfigureAwait(false);
    }

    private static async Task DifferentLanesGoOnSideBySide(SinkTrial trial)
    {
        SinkProcess left = await trial.OpenAsync(0).ConfigureAwait(false);
        SinkProcess right = await trial.OpenAsync(1).ConfigureAwait(false);
        LaneCommit? zero = null;
        LaneCommit? one = null;
        for (int round = 0; round < 3; round++)
        {
            await left.AddAsync(Row(10 + round)).ConfigureAwait(false);
            await right.AddAsync(Row(20 + round)).ConfigureAwait(false);
            zero = trial.Step(0, zero?.To, round);
            one = trial.Step(1, one?.To, round);
            await left.CommitAsync(Commit(zero)).ConfigureAwait(false);
            await right.CommitAsync(Commit(one)).ConfigureAwait(false);
        }

        await trial.ExpectRowsAsync(Row(10), Row(11), Row(12), Row(20), Row(21), Row(22)).ConfigureAwait(false);
        await trial.ExpectLanesAsync(zero!, one!).ConfigureAwait(false);
    }

    private static async Task OneOfTwoOwnersIsRefused(SinkTrial trial)
    {
        LaneCommit? last = null;
        List<Session> rows = [];
        for (int round = 0; round < Races; round++)
        {
            // Both have read the same events, so both have the same row.
            rows.Add(Row(round));
            LaneCommit[] steps = [trial.Step(0, last?.To, round), trial.Step(0, last?.To, round)];
            SinkCommitOutcome[] outcomes = await trial.RaceAsync(steps, [Row(round), Row(round)]).ConfigureAwait(false);
            UnexpectedException.ThrowUnless(
                outcomes.Count(outcome => outcome == SinkCommitOutcome.Committed) == 1, "one Committed and one Refused", string.Join(" and ", outcomes));
            last = steps[Array.IndexOf(outcomes, SinkCommitOutcome.Committed)];
            await trial.ExpectLanesAsync(last).ConfigureAwait(false);
            await trial.ExpectRowsAsync([.. rows]).ConfigureAwait(false);
        }
    }

    private static async Task DifferentLanesCommitAtOnce(SinkTrial trial)
    {
        LaneCommit[] last = [];
        List<Session> rows = [];
        for (int round = 0; round < Races; round++)
        {
            Session[] added = [Row(10 * round), Row((10 * round) + 1), Row((10 * round) + 2)];
            LaneCommit[] steps = [.. Enumerable.Range(0, added.Length).Select(lane => trial.Step(lane, last.ElementAtOrDefault(lane)?.To, round))];
            SinkCommitOutcome[] outcomes = await trial.RaceAsync(steps, added).ConfigureAwait(false);
            UnexpectedException.ThrowUnless(
                outcomes.All(outcome => outcome == SinkCommitOutcome.Committed), "three times Committed", string.Join(", ", outcomes));
            rows.AddRange(added);
            last = steps;
        }

        await trial.ExpectLanesAsync(last).ConfigureAwait(false);
        await trial.ExpectRowsAsync([.. rows]).ConfigureAwait(false);
    }

    private static async Task CommitsCanBeLookedUp(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0, 1).ConfigureAwait(false);
        LaneCommit step = trial.Step(0, null);
        SinkCommit commit = Commit(step, trial.Step(1, null));
        await process.AddAsync(Row(1)).ConfigureAwait(false);
        await process.ExpectHasAsync(false, commit, "it was not tried yet").ConfigureAwait(false);
        await process.CommitAsync(commit).ConfigureAwait(false);
        await process.ExpectHasAsync(true, commit, "it was committed").ConfigureAwait(false);

        SinkProcess other = await trial.OpenAsync(0).ConfigureAwait(false);
        for (int later = 0; later < 20; later++)
        {
            step = trial.Step(0, step.To, later);
            await other.CommitAsync(Commit(step)).ConfigureAwait(false);
        }

        await process.ExpectHasAsync(true, commit, "others committed after it").ConfigureAwait(false);
        SinkProcess restarted = await trial.OpenAsync(0, 1).ConfigureAwait(false);
        await restarted.ExpectHasAsync(true, commit, "it was committed before this process started").ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(1)).ConfigureAwait(false);
    }

    private static async Task RefusedCommitsAreNotFound(SinkTrial trial)
    {
        SinkProcess owner = await trial.OpenAsync(0).ConfigureAwait(false);
        SinkProcess zombie = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit step = trial.Step(0, null);
        await owner.CommitAsync(Commit(step)).ConfigureAwait(false);
        SinkCommit refused = Commit(trial.Step(0, null));
        await zombie.AddAsync(Row(2)).ConfigureAwait(false);
        await zombie.BeRefusedAsync(refused).ConfigureAwait(false);
        await zombie.ExpectHasAsync(false, refused, "it was refused").ConfigureAwait(false);
        for (int later = 0; later < 20; later++)
        {
            step = trial.Step(0, step.To, later);
            await owner.CommitAsync(Commit(step)).ConfigureAwait(false);
        }

        await zombie.ExpectHasAsync(false, refused, "it was refused, and others committed since").ConfigureAwait(false);
        SinkProcess restarted = await trial.OpenAsync(0).ConfigureAwait(false);
        await restarted.ExpectHasAsync(false, refused, "it was refused before this process started").ConfigureAwait(false);
    }

    private static async Task RetractedRowsLeave(SinkTrial trial)
    {
        SinkProcess process = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit first = trial.Step(0, null);
        await process.AddAsync(Row(1), Row(2), Row(3)).ConfigureAwait(false);
        await process.CommitAsync(Commit(first)).ConfigureAwait(false);
        await process.RetractAsync(Row(1)).ConfigureAwait(false);
        await process.RetractAsync(Row(2)).ConfigureAwait(false);
        await process.AddAsync(Row(2, revision: 1)).ConfigureAwait(false);
        await process.CommitAsync(Commit(trial.Step(0, first.To))).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(2, revision: 1), Row(3)).ConfigureAwait(false);
    }

    private static async Task LateRowsLeaveNewerOnes(SinkTrial trial)
    {
        SinkProcess owner = await trial.OpenAsync(0).ConfigureAwait(false);
        LaneCommit first = trial.Step(0, null);
        await owner.AddAsync(Row(1), Row(2)).ConfigureAwait(false);
        await owner.CommitAsync(Commit(first)).ConfigureAwait(false);

        (SinkProcess zombie, PausedStateStore store) = trial.StartPausable();
        await zombie.OpenAsync(Pipeline, 0).ConfigureAwait(false);
        await ReviseAsync(zombie, from: 0).ConfigureAwait(false);
        bool isPaused = false;
        store.Meanwhile = async () =>
        {
            isPaused = true;
            await GoOnAsync().ConfigureAwait(false);
        };
        SinkCommit late = Commit(trial.Step(0, first.To));
        SinkCommitOutcome outcome = await zombie.Sink.CommitAsync(late, CancellationToken.None).ConfigureAwait(false);
        if (!isPaused)
        {
            // A sink that decides by itself is not paused there: its commit comes first, and the owner's is none any more.
            UnexpectedException.ThrowUnless(outcome == SinkCommitOutcome.Committed, "CommitAsync gives Committed", $"{outcome}");
            return;
        }

        UnexpectedException.ThrowUnless(outcome == SinkCommitOutcome.Refused, "CommitAsync gives Refused", $"{outcome}");
        await trial.ExpectRowsAsync(Row(1, revision: 2), Row(2, revision: 2)).ConfigureAwait(false);

        async Task GoOnAsync()
        {
            LaneCommit second = trial.Step(0, first.To);
            await ReviseAsync(owner, from: 0).ConfigureAwait(false);
            await owner.CommitAsync(Commit(second)).ConfigureAwait(false);
            await ReviseAsync(owner, from: 1).ConfigureAwait(false);
            await owner.CommitAsync(Commit(trial.Step(0, second.To))).ConfigureAwait(false);
        }

        static async Task ReviseAsync(SinkProcess process, int from)
        {
            await process.RetractAsync(Row(1, from)).ConfigureAwait(false);
            await process.RetractAsync(Row(2, from)).ConfigureAwait(false);
            await process.AddAsync(Row(1, from + 1), Row(2, from + 1)).ConfigureAwait(false);
        }
    }

    private static async Task PipelinesAreSeparate(SinkTrial trial)
    {
        SinkProcess one = await trial.OpenAsync(0).ConfigureAwait(false);
        SinkProcess other = trial.Start();
        await other.OpenAsync("other", 0).ConfigureAwait(false);
        LaneCommit mine = trial.Step(0, null, 1);
        LaneCommit theirs = trial.Step(0, null, 2);
        await one.CommitAsync(Commit(mine)).ConfigureAwait(false);
        await other.CommitAsync(CommitOf("other", theirs)).ConfigureAwait(false);
        await trial.ExpectLanesAsync(mine).ConfigureAwait(false);
        ExpectSame([theirs], await trial.Start().OpenAsync("other", 0).ConfigureAwait(false));
    }
}
