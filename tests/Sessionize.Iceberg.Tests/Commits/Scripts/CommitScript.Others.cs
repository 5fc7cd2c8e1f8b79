using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Reading;

namespace Sessionize.Iceberg.Tests.Commits.Scripts;

internal sealed partial class CommitScript
{
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
        HashSet<long> kept = [.. table.Ancestors().Take(keep).Select(snapshot => snapshot.Id), .. table.Refs.Values.Select(named => named.SnapshotId)];

        // With the last record before a rollback everything goes that tells of the rollback.
        SnapshotHistory history = new(table);
        kept.UnionWith(_catalog.Abandoned.SelectMany(pipeline => table.Ancestors().TakeWhile(snapshot => snapshot != history.Find(pipeline).Snapshot)).Select(snapshot => snapshot.Id));
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
        if (table.CurrentSnapshot is not { } head || await ListedAsync(files, head) is not [_, ..] listed)
        {
            return;
        }

        (ManifestFile source, IReadOnlyList<ManifestEntry> entries, ManifestEntry entry) = listed[_random.Next(listed.Count)];

        string path = $"{table.Location}/data/moved-{Guid.NewGuid():N}.parquet";
        _catalog.Storage.Files[path] = _catalog.Storage.Files[entry.File.FilePath];
        DataFile moved = entry.File with { FilePath = path };
        long id = _random.NextInt64(1, long.MaxValue);
        SnapshotTry rewrite = new(_catalog.Table(), id, new MetadataFileNames(TableFolders.Metadata(_catalog.Table())), []);
        ManifestFile manifest = await rewrite.WriteManifestAsync(moved.SpecId, ManifestContent.Data, [new ManifestEntry(EntryStatus.Added, id, null, null, moved)], Token);
        Snapshot snapshot = await rewrite.WriteAsync(
            [manifest], [moved],
            new FileChange(
                new Dictionary<string, DataFile> { [entry.File.FilePath] = entry.File },
                new Dictionary<string, IReadOnlyList<ManifestEntry>> { [source.Path] = entries }, [moved]),
            new Dictionary<string, string>(), _clock.GetUtcNow().ToUnixTimeMilliseconds(), Token);
        Story.Add($"    moves {entry.File.FilePath} in {id}");
        _catalog.Apply(null, [], [new TableUpdate.AddSnapshot(snapshot), new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(id, IsBranch: true))]);
    }

    private static async Task<List<(ManifestFile Manifest, IReadOnlyList<ManifestEntry> Entries, ManifestEntry Entry)>> ListedAsync(TableFiles files, Snapshot head)
    {
        List<(ManifestFile, IReadOnlyList<ManifestEntry>, ManifestEntry)> live = [];
        foreach (ManifestFile manifest in await files.ManifestsOfAsync(head, Token))
        {
            IReadOnlyList<ManifestEntry> entries = await files.EntriesOfAsync(manifest, Token);
            live.AddRange(entries.Where(entry => entry.IsLive).Select(entry => (manifest, entries, entry)));
        }

        return live;
    }

    private void RollBack()
    {
        IReadOnlyList<Snapshot> ancestors = _catalog.Metadata!.Ancestors();
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
}
