using System.Globalization;
using Sessionize.State;

namespace Sessionize.Iceberg.Racer;

/// <summary>Commits for one lane again and again, beside others that do the same for theirs.</summary>
/// <remarks>
/// A racer that is started again goes on where the table says that its lane is. It tells each commit on its output: <c>start N</c> before, and
/// <c>committed N</c>, <c>refused N</c> after it.
/// </remarks>
internal static class Race
{
    private const string Pipeline = "race";
    private const long FirstDayMs = 1_704_067_200_000;
    private const long DayMs = 86_400_000;

    /// <returns>0: all commits were made; 4: another commits for the lane.</returns>
    public static async Task<int> RunAsync(RaceOptions options, TextWriter output)
    {
        await using IcebergSessionSink sink = new(options.Table);
        await using InMemorySessionStateStore store = new();
        LaneId lane = new(options.Lane);
        IReadOnlyList<LaneCommit> recorded = await sink.OpenAsync(new SinkOpening(Pipeline, [lane], store), CancellationToken.None).ConfigureAwait(false);
        LaneCommit? last = recorded.Count == 0 ? null : recorded[0];
        for (long number = last?.Positions[0].Next ?? 0; number < options.Commits; number++)
        {
            await TellAsync(output, "start", number).ConfigureAwait(false);
            await sink.WriteAsync(
                [.. Enumerable.Range(0, options.RowsPerCommit).Select(row => new SessionChange(SessionChangeKind.Added, Row(options.Lane, number, row)))],
                CancellationToken.None).ConfigureAwait(false);
            LaneCommit step = new(
                lane, last?.To, new StateVersion($"{number + 1}-{Guid.NewGuid():N}"),
                [new PartitionPosition($"race/{options.Lane}", 1, number + 1, number)], FirstDayMs + number);
            SinkCommit commit = new(Pipeline, Guid.NewGuid(), [step]);
            if (!await IsCommittedAsync(sink, commit).ConfigureAwait(false))
            {
                await TellAsync(output, "refused", number).ConfigureAwait(false);
                await sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
                return 4;
            }

            last = step;
            await TellAsync(output, "committed", number).ConfigureAwait(false);
        }

        return 0;
    }

    /// <summary>As the pipeline does it: an unknown outcome is looked up, and what was not committed is tried again under its id.</summary>
    private static async Task<bool> IsCommittedAsync(IcebergSessionSink sink, SinkCommit commit)
    {
        while (true)
        {
            try
            {
                return await sink.CommitAsync(commit, CancellationToken.None).ConfigureAwait(false) == SinkCommitOutcome.Committed;
            }
            catch (SessionizeException failure) when (failure.IsTransient && !failure.AreRetriesUsedUp)
            {
                if (await sink.HasCommittedAsync(commit, CancellationToken.None).ConfigureAwait(false))
                {
                    return true;
                }
            }
        }
    }

    private static Session Row(int lane, long commit, int row) => new()
    {
        UserId = string.Create(CultureInfo.InvariantCulture, $"user-{lane}-{row}"),
        SessionId = string.Create(CultureInfo.InvariantCulture, $"l{lane}-c{commit}-r{row}"),
        StartMs = FirstDayMs + (commit % 3 * DayMs) + row,
        EndMs = FirstDayMs + (commit % 3 * DayMs) + row + 1000,
        EventCount = 2,
        PageViewCount = 2,
        PagesVisited = ["home"],
        EntryPage = "home",
        ExitPage = "home",
        EndReason = EndReasons.Inactivity,
        VisitStartMs = FirstDayMs,
        UserHashBucket = (lane * 7) + row,
    };

    private static async Task TellAsync(TextWriter output, string what, long number)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what} {number}")).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }
}
