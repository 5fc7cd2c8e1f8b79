using Sessionize.Testing.Harness;

namespace Sessionize.Testing.Contracts;

/// <summary>A short run of the commit protocol that fails at every point in turn, and is gone on with.</summary>
internal static class SinkFaults
{
    private const int Commits = 3;

    /// <param name="trial">Makes the places.</param>
    /// <param name="recovers">Whether the process lives on behind the failed call, and looks the commit up.</param>
    public static async Task VerifyAsync(SinkTrial trial, bool recovers)
    {
        for (int step = 0; ; step++)
        {
            await using SinkTrial fresh = trial.Fresh();
            try
            {
                if (!await FailAndRecoverAsync(fresh, step, recovers).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (UnexpectedException unexpected)
            {
                throw new UnexpectedException($"{unexpected.Expected} (the run failed at its step {step} and went on)", unexpected.Found);
            }
        }
    }

    /// <returns>Whether the run was long enough to fail at the step.</returns>
    private static async Task<bool> FailAndRecoverAsync(SinkTrial trial, int step, bool recovers)
    {
        CrashPoint crash = new() { Recovers = recovers };
        crash.At(step);
        try
        {
            await RunAsync(trial, trial.Start(crash)).ConfigureAwait(false);
        }
        catch (SimulatedCrashException)
        {
            // The process is gone, whether for good or because a call failed that it cannot go on without.
        }

        await RunAsync(trial, trial.Start()).ConfigureAwait(false);
        await trial.ExpectRowsAsync(Row(2), Row(3, revision: 1), Row(4), Row(5)).ConfigureAwait(false);
        IReadOnlyList<LaneCommit> lanes = await trial.Start().OpenAsync(SinkTrial.Pipeline, 0, 1).ConfigureAwait(false);
        UnexpectedException.ThrowUnless(
            lanes.Count == 2 && lanes.All(lane => Next(lane) == Commits),
            $"both lanes at position {Commits}",
            string.Join(", ", lanes.Select(lane => $"lane {lane.Lane} at {Next(lane)}")));
        return crash.HasFailed;

        static Session Row(int number, int revision = 0) => SinkTrial.Row(number, revision);
    }

    /// <summary>Commits what is not committed yet.</summary>
    private static async Task RunAsync(SinkTrial trial, SinkProcess process)
    {
        IReadOnlyList<LaneCommit> lanes = await process.OpenAsync(SinkTrial.Pipeline, 0, 1).ConfigureAwait(false);
        UnexpectedException.ThrowUnless(
            lanes.Select(Next).Distinct().Count() <= 1 && lanes.Count != 1, "both lanes at one position", $"{string.Join(", ", lanes)}");
        StateVersion? zero = lanes.FirstOrDefault(lane => lane.Lane.Number == 0)?.To;
        StateVersion? one = lanes.FirstOrDefault(lane => lane.Lane.Number == 1)?.To;
        for (long position = lanes.Select(Next).FirstOrDefault(); position < Commits; position++)
        {
            await WriteAsync(process, position).ConfigureAwait(false);
            LaneCommit[] steps = [trial.Step(0, zero, position + 1), trial.Step(1, one, position + 1)];
            foreach (LaneCommit lane in steps)
            {
                await process.Store.PrepareAsync(lane.Lane, lane.To, null, (_, _) => default, CancellationToken.None).ConfigureAwait(false);
            }

            SinkCommitOutcome outcome = await process.DecideAsync(SinkTrial.Commit(steps)).ConfigureAwait(false);
            UnexpectedException.ThrowUnless(outcome == SinkCommitOutcome.Committed, "CommitAsync gives Committed", $"{outcome}");
            (zero, one) = (steps[0].To, steps[1].To);
        }
    }

    private static async Task WriteAsync(SinkProcess process, long position)
    {
        switch (position)
        {
            case 0:
                await process.AddAsync(SinkTrial.Row(1), SinkTrial.Row(2)).ConfigureAwait(false);
                await process.AddAsync(SinkTrial.Row(3)).ConfigureAwait(false);
                break;
            case 1:
                await process.RetractAsync(SinkTrial.Row(1)).ConfigureAwait(false);
                await process.RetractAsync(SinkTrial.Row(3)).ConfigureAwait(false);
                await process.AddAsync(SinkTrial.Row(3, revision: 1)).ConfigureAwait(false);
                break;
            default:
                await process.AddAsync(SinkTrial.Row(4), SinkTrial.Row(5)).ConfigureAwait(false);
                break;
        }
    }

    private static long Next(LaneCommit lane) => lane.Positions[0].Next;
}
