using System.Globalization;
using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Iceberg.Tests.Commits.Scripts;

/// <summary>Pipelines and batch runs commit to one table while everything around them fails; the model tells what has to come of it.</summary>
internal sealed partial class CommitScript : IAsyncDisposable
{
    private const int Steps = 9;
    private const int MostTries = 4;
    private const long FirstDayMs = 1_704_067_200_000;
    private const long DayMs = 86_400_000;

    private static readonly (string Pipeline, int Lane)[] s_lanes = [("a", 0), ("a", 1), ("b", 0)];

    private readonly Random _random;
    private readonly Faults _faults;
    private readonly ImmediateClock _clock = new();
    private readonly MemoryCatalog _catalog;
    private readonly bool _rollsBack;
    private readonly Dictionary<(string Pipeline, int Lane), LaneProcess> _processes = [];
    private readonly List<Intent> _intents = [];
    private int _number;
    private bool _hasExpired;

    public CommitScript(int seed, bool rollsBack)
    {
        _random = new Random(seed);
        _faults = new Faults(_random) { Percent = _random.Next(4, 30) };
        _catalog = new MemoryCatalog(_random, _faults, _clock) { Disturbance = DisturbAsync };
        _rollsBack = rollsBack;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What happened, for whoever has to find out why it is wrong.</summary>
    public List<string> Story { get; } = [];

    public async Task RunAsync()
    {
        for (int step = 0; step < Steps; step++)
        {
            _faults.AreOn = step > 0;
            await StepAsync();
            CheckFiles();
        }

        _faults.AreOn = false;
        _catalog.FlushLate();
        CheckFiles();
        foreach ((string pipeline, int lane) in s_lanes)
        {
            await CommitLaneAsync(pipeline, lane);
            if (_intents[^1].Outcome != SinkCommitOutcome.Committed)
            {
                // It was overtaken, or found the table rolled back; the process that comes after it has to succeed.
                await CommitLaneAsync(pipeline, lane);
            }

            Assert.Equal(SinkCommitOutcome.Committed, _intents[^1].Outcome);
        }

        foreach (LaneProcess process in _processes.Values)
        {
            await process.Sink.DisposeAsync();
        }

        CheckFiles();
        CheckOrphans();
        await CheckRowsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LaneProcess process in _processes.Values)
        {
            await process.Sink.DisposeAsync();
        }
    }

    private async Task StepAsync()
    {
        int choice = _random.Next(10);
        if (choice < 6)
        {
            (string pipeline, int lane) = s_lanes[_random.Next(s_lanes.Length)];
            await CommitLaneAsync(pipeline, lane);
        }
        else
        {
            string run = choice == 9 && _intents.Find(intent => intent.RunId is not null)?.RunId is { } known ? known : $"run {_number}";
            await RunBatchAsync(run, overwritesDates: choice == 8);
        }
    }

    private async Task CommitLaneAsync(string pipeline, int lane)
    {
        LaneProcess process = await OpenAsync(pipeline, lane);
        LaneId id = new(lane);
        int next = ++_number;

        // A long name makes the lanes' record a file of its own.
        string partition = pipeline == "a" ? "p" : new string('p', LaneRecord.MostInlineBytes);
        Session[] mine = [.. _catalog.State.Rows.Values.Where(row => row.SessionId.StartsWith(pipeline, StringComparison.Ordinal))];
        Intent intent = new(
            new SinkCommit(pipeline, Guid.NewGuid(), [new LaneCommit(id, process.Last?.To, new StateVersion($"{next}"), [new PartitionPosition(partition, 1, next, next)], FirstDayMs)]),
            Rows(pipeline))
        {
            Retracted = mine.Length > 0 && _random.Next(3) == 0 ? [mine[_random.Next(mine.Length)]] : [],
        };
        await DecideAsync(process.Sink, intent);
        if (intent.Outcome == SinkCommitOutcome.Committed)
        {
            process.Last = intent.Commit.Lanes[0];
            return;
        }

        await process.Sink.DisposeAsync();
        _processes.Remove((pipeline, lane));
    }

    private async Task RunBatchAsync(string run, bool overwritesDates)
    {
        await using IcebergSessionSink sink = New(options => (options.RunId, options.OverwriteDates) = (run, overwritesDates));
        await OpenAsync(sink, "batch", []);
        await DecideAsync(sink, new Intent(new SinkCommit("batch", Guid.NewGuid(), []), Rows("batch")) { RunId = run, OverwritesDates = overwritesDates });
    }

    /// <summary>Commits as the engine does.</summary>
    private async Task DecideAsync(IcebergSessionSink sink, Intent intent)
    {
        _intents.Add(intent);
        _catalog.UnderWay.Add(intent);
        Intent? outer = _catalog.Storage.Current;
        _catalog.Storage.Current = intent;
        try
        {
            await sink.WriteAsync(
                [
                    .. intent.Retracted.Select(row => new SessionChange(SessionChangeKind.Retracted, row)),
                    .. intent.Added.Select(row => new SessionChange(SessionChangeKind.Added, row)),
                ],
                Token);
            intent.Outcome = await TryAsync(sink, intent);
            Check(intent);
            if (intent.Outcome != SinkCommitOutcome.Committed)
            {
                await sink.DiscardAsync(Token);
            }
        }
        finally
        {
            Story.Add($"{intent}");
            _catalog.Storage.Current = outer;
            if (intent.Outcome is not null)
            {
                _catalog.UnderWay.Remove(intent);
            }
        }
    }

    private async Task<SinkCommitOutcome?> TryAsync(IcebergSessionSink sink, Intent intent)
    {
        for (int attempt = 1; attempt <= MostTries; attempt++)
        {
            try
            {
                return await sink.CommitAsync(intent.Commit, Token);
            }
            catch (SessionizeException failure)
            {
                Story.Add($"  {intent.Commit.Id:N}"[..10] + $" {failure.Message}");
                if (await HasCommittedAsync(sink, intent) is not { } has)
                {
                    return null;
                }

                if (has)
                {
                    return SinkCommitOutcome.Committed;
                }

                if (!failure.IsTransient || failure.AreRetriesUsedUp)
                {
                    return null;
                }
            }
        }

        return null;
    }

    private async Task<bool?> HasCommittedAsync(IcebergSessionSink sink, Intent intent)
    {
        for (int attempt = 1; attempt <= MostTries; attempt++)
        {
            try
            {
                bool has = await sink.HasCommittedAsync(intent.Commit, Token);
                bool isThere = IsThere(intent);

                // A lane that another process moved on, behind a snapshot that was expired, names only that other's commit.
                Assert.True(has == isThere || (isThere && intent.WasDisturbed), $"HasCommittedAsync is {has}, and the table has it: {isThere}: {intent}");
                return has;
            }
            catch (SessionizeException failure)
            {
                Story.Add($"  {intent.Commit.Id:N}"[..10] + $" looked up: {failure.Message}");
                Assert.True(failure.IsTransient || intent.WasDisturbed, failure.ToString());
            }
        }

        return null;
    }

    private async Task<LaneProcess> OpenAsync(string pipeline, int lane)
    {
        if (_processes.TryGetValue((pipeline, lane), out LaneProcess? known))
        {
            return known;
        }

        LaneId id = new(lane);
        IcebergSessionSink sink = New();
        LaneCommit? last;
        try
        {
            last = (await OpenAsync(sink, pipeline, [id])).SingleOrDefault();
            Assert.False(_catalog.Abandoned.Contains(pipeline), $"rolled back behind '{pipeline}', and nobody noticed");
        }
        catch (SessionizeException) when (_catalog.Abandoned.Contains(pipeline))
        {
            await sink.DisposeAsync();
            sink = New(options => options.AcceptRollback = true);
            last = (await OpenAsync(sink, pipeline, [id])).SingleOrDefault();
        }

        Assert.Equal(_catalog.State.Lanes.GetValueOrDefault((pipeline, id)), last);
        return _processes[(pipeline, lane)] = new LaneProcess(sink) { Last = last };
    }

    private async Task<IReadOnlyList<LaneCommit>> OpenAsync(IcebergSessionSink sink, string pipeline, LaneId[] lanes)
    {
        await using InMemorySessionStateStore store = new();
        while (true)
        {
            try
            {
                return await sink.OpenAsync(new SinkOpening(pipeline, lanes, store), Token);
            }
            catch (SessionizeException failure) when (failure.IsTransient)
            {
                // As a supervisor starts a process again.
            }
        }
    }

    private IcebergSessionSink New(Action<IcebergTableOptions>? set = null)
    {
        IcebergTableOptions options = new()
        {
            Name = $"{MemoryCatalog.Name}",
            Warehouse = "mem://w",
            PartitionBy = "session_date",
            TableProperties = { ["commit.retry.num-retries"] = "3", ["commit.manifest.min-count-to-merge"] = "3" },
        };
        set?.Invoke(options);
        return new IcebergSessionSink(options, _clock, _catalog);
    }

    private Session[] Rows(string prefix) => [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ =>
    {
        int number = ++_number;
        long start = FirstDayMs + (_random.Next(3) * DayMs) + number;
        return new Session
        {
            UserId = $"user-{number % 4}",
            SessionId = string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}"),
            StartMs = start,
            EndMs = start + 1,
            EventCount = 1,
            PageViewCount = 0,
            PagesVisited = [],
            EndReason = EndReasons.Inactivity,
            VisitStartMs = start,
            UserHashBucket = number % 4,
        };
    })];
}
