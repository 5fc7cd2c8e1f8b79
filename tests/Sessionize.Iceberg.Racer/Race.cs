using System.Globalization;
using System.Text;
using Sessionize.S3;
using Sessionize.State;
using Sessionize.Storage;

namespace Sessionize.Iceberg.Racer;

/// <summary>Commits for one lane again and again, beside others that do the same for theirs.</summary>
/// <remarks>
/// A racer that is started again goes on where the table says that its lane is, with the state that the table names: the numbers of all commits so far. It tells each commit on its output: <c>start N</c> before, and
/// <c>committed N</c>, <c>refused N</c>, or <c>crowded out N</c> after it.
/// </remarks>
internal static class Race
{
    private const string Pipeline = "race";
    private const long FirstDayMs = 1_704_067_200_000;
    private const long DayMs = 86_400_000;
    private const int DeltasPerSnapshot = 4;

    /// <returns>0: all commits were made; 4: another commits for the lane.</returns>
    /// <exception cref="InvalidOperationException">The state is not that of the commits so far.</exception>
    public static async Task<int> RunAsync(RaceOptions options, TextWriter output)
    {
        await using IcebergSessionSink sink = new(options.Table);
        await using FileSessionStateStore store = new(Storage(options.Table), $"{options.Table.Warehouse}/_states/{options.Table.Name}", Pipeline);
        LaneId lane = new(options.Lane);
        IReadOnlyList<LaneCommit> recorded = await sink.OpenAsync(new SinkOpening(Pipeline, [lane], store), CancellationToken.None).ConfigureAwait(false);
        LaneCommit? last = recorded.Count == 0 ? null : recorded[0];
        if (last is not null)
        {
            await CheckStateAsync(store, last).ConfigureAwait(false);
            await store.ConfirmAsync(lane, last.To, CancellationToken.None).ConfigureAwait(false);
        }

        for (long number = last?.Positions[0].Next ?? 0; number < options.Commits; number++)
        {
            await TellAsync(output, "start", number).ConfigureAwait(false);
            await sink.WriteAsync(
                [.. Enumerable.Range(0, options.RowsPerCommit).Select(row => new SessionChange(SessionChangeKind.Added, Row(options.Lane, number, row)))],
                CancellationToken.None).ConfigureAwait(false);
            LaneCommit step = new(
                lane, last?.To, new StateVersion($"{number + 1}-{Guid.NewGuid():N}"),
                [new PartitionPosition($"race/{options.Lane}", 1, number + 1, number)], FirstDayMs + number);
            bool isDelta = last is not null && number % DeltasPerSnapshot > 0;
            string state = string.Concat(Enumerable.Range(isDelta ? (int)number : 0, isDelta ? 1 : (int)number + 1).Select(done => FormattableString.Invariant($"{done};")));
            await store.PrepareAsync(
                lane, step.To, isDelta ? last!.To : null, (stream, token) => stream.WriteAsync(Encoding.ASCII.GetBytes(state), token), CancellationToken.None).ConfigureAwait(false);
            SinkCommit commit = new(Pipeline, Guid.NewGuid(), [step]);
            bool isCommitted;
            try
            {
                isCommitted = await IsCommittedAsync(sink, commit).ConfigureAwait(false);
            }
            catch (SessionizeException failure) when (failure.AreRetriesUsedUp)
            {
                // Eight that never pause can crowd one out. It does what the message says: runs again.
                await TellAsync(output, "crowded out", number).ConfigureAwait(false);
                await sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
                number--;
                continue;
            }

            if (!isCommitted)
            {
                await TellAsync(output, "refused", number).ConfigureAwait(false);
                await sink.DiscardAsync(CancellationToken.None).ConfigureAwait(false);
                return 4;
            }

            last = step;
            await store.ConfirmAsync(lane, step.To, CancellationToken.None).ConfigureAwait(false);
            await TellAsync(output, "committed", number).ConfigureAwait(false);
        }

        return 0;
    }

    private static async Task CheckStateAsync(FileSessionStateStore store, LaneCommit last)
    {
        using MemoryStream state = new();
        await store.LoadAsync(
            last.Lane, last.To, async (part, token) => await part.CopyToAsync(state, token).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
        string expected = string.Concat(Enumerable.Range(0, (int)last.Positions[0].Next).Select(done => FormattableString.Invariant($"{done};")));
        string found = Encoding.ASCII.GetString(state.ToArray());
        if (found != expected)
        {
            throw new InvalidOperationException($"The state of lane {last.Lane} is '{found}', and should be '{expected}'.");
        }
    }

    private static IFileStorage Storage(IcebergTableOptions table)
    {
        S3FileStorageFactory s3 = new();
        return s3.Handles(table.Warehouse) ? s3.Create(table.CatalogProperties.AsReadOnly(), null) : new LocalFileStorage();
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
