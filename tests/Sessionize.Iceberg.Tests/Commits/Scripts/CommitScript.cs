using System.Globalization;
using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.State;
using Xunit;

namespace Sessionize.Iceberg.Tests.Commits.Scripts;

/// <summary>Pipelines and batch runs commit to one table while everything around them fails; the model tells what has to come of it.</summary>
internal sealed class CommitScript : IAsyncDisposable
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
                Assert.True(has == isThere, $"HasCommittedAsync is {has}, and the table has it: {isThere}: {intent}");
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

    private bool IsThere(Intent intent) =>
        _catalog.State.Intents.Any(there => ReferenceEquals(there, intent) || (intent.RunId is not null && there.RunId == intent.RunId && Retained(there)));

    private bool Retained(Intent intent) => new SnapshotHistory(_catalog.Metadata!).Ancestors.Any(snapshot => intent.Snapshots.Contains(snapshot.Id));

    private void Check(Intent intent)
    {
        switch (intent.Outcome)
        {
            case SinkCommitOutcome.Committed:
                Assert.True(IsThere(intent) || intent.WasDisturbed, $"said to be committed, and is not there: {intent}");
                break;
            case SinkCommitOutcome.Refused:
                Assert.True(intent.Snapshots.Count == 0 || intent.WasDisturbed, $"refused, and is there: {intent}");
                LaneCommit lane = intent.Commit.Lanes[0];
                Assert.NotEqual(lane.From, _catalog.State.Lanes.GetValueOrDefault((intent.Commit.Pipeline, lane.Lane))?.To);
                break;
        }
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

    /// <summary>What others do in between.</summary>
    private async ValueTask DisturbAsync()
    {
        switch (_random.Next(_rollsBack ? 6 : 5))
        {
            case 0:
                await RunBatchAsync($"beside {_number}", overwritesDates: _random.Next(3) == 0);
                break;
            case 1:
                await ZombieAsync();
                break;
            case 2:
                Expire(keep: _random.Next(1, 3));
                break;
            case 3:
                await MoveFileAsync();
                break;
            case 4:
                await RunBatchAsync($"beside {_number}", overwritesDates: false);
                Expire(keep: 1);
                break;
            default:
                RollBack();
                break;
        }
    }

    /// <summary>Another process takes a lane over.</summary>
    private async Task ZombieAsync()
    {
        (string pipeline, int lane) = s_lanes[_random.Next(s_lanes.Length)];
        if (_catalog.Abandoned.Contains(pipeline))
        {
            return;
        }

        _processes.Remove((pipeline, lane), out LaneProcess? outer);
        await CommitLaneAsync(pipeline, lane);
        if (_processes.Remove((pipeline, lane), out LaneProcess? other))
        {
            await other.Sink.DisposeAsync();
        }

        if (outer is not null)
        {
            _processes[(pipeline, lane)] = outer;
        }
    }

    private void Expire(int keep)
    {
        TableMetadata table = _catalog.Metadata!;
        HashSet<long> kept = [.. new SnapshotHistory(table).Ancestors.Take(keep).Select(snapshot => snapshot.Id), .. table.Refs.Values.Select(named => named.SnapshotId)];

        // With the last record before a rollback everything goes that tells of the rollback.
        SnapshotHistory history = new(table);
        kept.UnionWith(_catalog.Abandoned.Select(pipeline => history.Find(pipeline).Snapshot?.Id).OfType<long>());
        long[] gone = [.. table.Snapshots.Select(snapshot => snapshot.Id).Where(id => !kept.Contains(id))];
        Story.Add($"    expires {string.Join(',', gone)}");
        _catalog.Expire(gone);
        _hasExpired = true;
    }

    /// <summary>As compaction does: the rows stay, their file goes.</summary>
    private async Task MoveFileAsync()
    {
        TableMetadata table = _catalog.Metadata!;
        TableFiles files = new(_catalog.Table());
        if (table.CurrentSnapshot is not { } head || await EntryAsync(files, head) is not { } entry)
        {
            return;
        }

        string path = $"{table.Location}/data/moved-{Guid.NewGuid():N}.parquet";
        _catalog.Storage.Files[path] = _catalog.Storage.Files[entry.File.FilePath];
        DataFile moved = entry.File with { FilePath = path };
        long id = _random.NextInt64(1, long.MaxValue);
        SnapshotTry rewrite = new(_catalog.Table(), id, new MetadataFileNames(TableFolders.Metadata(_catalog.Table())), []);
        ManifestFile manifest = await rewrite.WriteManifestAsync(moved.SpecId, ManifestContent.Data, [new ManifestEntry(EntryStatus.Added, id, null, null, moved)], Token);
        Snapshot snapshot = await rewrite.WriteAsync(
            [manifest], [moved], new FileChange(new Dictionary<string, DataFile> { [entry.File.FilePath] = entry.File }, [moved]), new Dictionary<string, string>(),
            _clock.GetUtcNow().ToUnixTimeMilliseconds(), Token);
        Story.Add($"    moves {entry.File.FilePath} in {id}");
        _catalog.Apply(null, [], [new TableUpdate.AddSnapshot(snapshot), new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(id, IsBranch: true))]);
    }

    private async Task<ManifestEntry?> EntryAsync(TableFiles files, Snapshot head)
    {
        List<ManifestEntry> live = [];
        foreach (ManifestFile manifest in await files.ManifestsOfAsync(head, Token))
        {
            live.AddRange((await files.EntriesOfAsync(manifest, Token)).Where(entry => entry.IsLive));
        }

        return live.Count == 0 ? null : live[_random.Next(live.Count)];
    }

    private void RollBack()
    {
        IReadOnlyList<Snapshot> ancestors = new SnapshotHistory(_catalog.Metadata!).Ancestors;
        if (ancestors.Count < 2)
        {
            return;
        }

        long to = ancestors[_random.Next(1, ancestors.Count)].Id;
        TableState before = _catalog.State;
        TableState after = _catalog.StateOf(to);
        string[] abandoned =
        [
            .. from lane in s_lanes
               let key = (lane.Pipeline, new LaneId(lane.Lane))
               where before.Lanes.GetValueOrDefault(key) != after.Lanes.GetValueOrDefault(key)
               select lane.Pipeline,
        ];

        // Where expiry has taken the record before, a rollback cannot be told from expiry any more, once expiry goes on.
        if (!abandoned.All(pipeline => ancestors.SkipWhile(snapshot => snapshot.Id != to).Any(snapshot => snapshot.Summary.ContainsKey(SummaryKeys.Commit(pipeline)))))
        {
            return;
        }

        Story.Add($"    rolls back to {to}");
        _catalog.Abandoned.UnionWith(abandoned);
        _catalog.Apply(null, [], [new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(to, IsBranch: true))]);
        _catalog.UnderWay.ForEach(intent => intent.WasDisturbed = true);
    }

    private void CheckFiles() =>
        Assert.All(_catalog.Needed(), file => Assert.True(_catalog.Storage.Files.ContainsKey(file), $"{file} is needed and was deleted"));

    /// <summary>Only what gave up, or was expired or rolled back under way, may leave files that nobody needs.</summary>
    /// <remarks>What was refused, too, if the snapshot that it started from can no longer be found among those that led to the current one.</remarks>
    private void CheckOrphans()
    {
        HashSet<string> needed = _catalog.Needed();
        Assert.All(
            _catalog.Storage.Files.Keys.Where(file => !needed.Contains(file) && !file.Contains("/_sessionize/", StringComparison.Ordinal)),
            file => Assert.True(
                !_catalog.Storage.Makers.TryGetValue(file, out Intent? maker) || maker is null || maker.Outcome is null || maker.WasDisturbed
                    || (maker.Outcome == SinkCommitOutcome.Refused && _hasExpired), $"{file} is an orphan of {maker}"));
    }

    private async Task CheckRowsAsync()
    {
        await using IcebergSessionTable table = await IcebergSessionTable.OpenAsync(_catalog, MemoryCatalog.Name, Token);
        List<string> ids = [];
        await foreach (Session row in table.ReadAsync(new SessionQuery(), Token))
        {
            ids.Add(row.SessionId);
        }

        Assert.Equal(_catalog.State.Rows.Keys.Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
    }
}
