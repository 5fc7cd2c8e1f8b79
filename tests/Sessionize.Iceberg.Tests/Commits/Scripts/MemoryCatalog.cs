using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Commits;
using Sessionize.Iceberg.Manifests;
using Sessionize.Iceberg.Metadata;
using Xunit;

namespace Sessionize.Iceberg.Tests.Commits.Scripts;

/// <summary>A catalog of one table in memory that fails, loses answers, is late, and lets others in at random points; and it checks each commit that it takes.</summary>
internal sealed class MemoryCatalog(Random random, Faults faults, TimeProvider clock) : IIcebergCatalog
{
    public static readonly TableName Name = TableName.Parse("n.sessions");
    private readonly Dictionary<long, TableState> _states = [];
    private readonly List<(Intent? Intent, IReadOnlyList<TableRequirement> Requirements, IReadOnlyList<TableUpdate> Updates)> _late = [];
    private bool _isDisturbing;

    public string Description => "the catalog in memory";

    public ValueTask PrepareWritingAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public MemoryStorage Storage { get; } = new(faults);

    /// <summary>The table; <see langword="null"/>: there is none yet.</summary>
    public TableMetadata? Metadata { get; private set; }

    /// <summary>What others do between two steps of a commit.</summary>
    public Func<ValueTask>? Disturbance { get; set; }

    /// <summary>The commits that are under way, or were lost sight of: what is expired meanwhile may be theirs.</summary>
    public List<Intent> UnderWay { get; } = [];

    /// <summary>The pipelines behind whose commits the table was rolled back, and that have not gone on since.</summary>
    public HashSet<string> Abandoned { get; } = [];

    /// <summary>What readers are to read now.</summary>
    public TableState State => Metadata?.CurrentSnapshotId is { } id ? _states[id] : TableState.Empty;

    public TableState StateOf(long snapshotId) => _states[snapshotId];

    public async ValueTask<CatalogTable?> LoadAsync(TableName name, CancellationToken cancellationToken)
    {
        await DisturbAsync();
        return faults.Run("the catalog", () => Metadata is null ? null : Table());
    }

    public ValueTask<CatalogTable?> CreateAsync(TableName name, TableCreation creation, CancellationToken cancellationToken)
    {
        Metadata ??= TableMetadataChanges.Create(creation, "mem://w/n/sessions", Guid.NewGuid().ToString(), Now());
        return new(Table());
    }

    public async ValueTask<CatalogCommit> CommitAsync(
        CatalogTable table, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates, CancellationToken cancellationToken)
    {
        Intent? intent = Storage.Current;
        await DisturbAsync();
        Faults.ThrowIf(faults.Strike(), "The catalog is away.");
        if (faults.Strike())
        {
            return new CatalogCommit(CatalogCommitOutcome.Conflict, null, "spurious");
        }

        if (faults.Strike())
        {
            _late.Add((intent, requirements, updates));
            throw new SessionizeException("The catalog takes too long.", isTransient: true);
        }

        CatalogCommit outcome = Apply(intent, requirements, updates);
        if (faults.Strike())
        {
            await DisturbAsync();
            throw new SessionizeException("The answer is lost.", isTransient: true);
        }

        return outcome;
    }

    /// <summary>Lets what was late happen, where its requirements still hold.</summary>
    public void FlushLate()
    {
        foreach (var (intent, requirements, updates) in _late.ToArray())
        {
            Apply(intent, requirements, updates);
        }

        _late.Clear();
    }

    /// <summary>A commit of others, which meets no fault.</summary>
    public CatalogCommit Apply(Intent? intent, IReadOnlyList<TableRequirement> requirements, IReadOnlyList<TableUpdate> updates)
    {
        if (TableMetadataChanges.Violation(Metadata, requirements, updates) is { } violation)
        {
            return new CatalogCommit(CatalogCommitOutcome.Conflict, null, violation);
        }

        Metadata = TableMetadataChanges.Apply(Metadata!, updates, Now());
        foreach (Snapshot snapshot in updates.OfType<TableUpdate.AddSnapshot>().Select(update => update.Snapshot))
        {
            TableState before = snapshot.ParentId is { } parent ? _states[parent] : TableState.Empty;
            HashSet<string> files = FilesOf(snapshot);
            if (intent is null)
            {
                _states.Add(snapshot.Id, before with { Files = files });
                continue;
            }

            Assert.All(files, file => Assert.True(Storage.Files.ContainsKey(file), $"{file} was deleted before {intent}"));
            Assert.False(before.Intents.Contains(intent), $"committed twice: {intent}");
            Assert.False(intent.Outcome == SinkCommitOutcome.Refused, $"committed after it was refused: {intent}");
            intent.Snapshots.Add(snapshot.Id);
            Abandoned.Remove(intent.Commit.Pipeline);
            _states.Add(snapshot.Id, before.After(intent, files));
        }

        return new CatalogCommit(CatalogCommitOutcome.Committed, Table());
    }

    /// <summary>Expires snapshots as Iceberg does: what nobody needs any more is deleted.</summary>
    public void Expire(IReadOnlyCollection<long> ids)
    {
        HashSet<string> gone = [.. ids.SelectMany(id => _states[id].Files)];
        Apply(null, [], [new TableUpdate.RemoveSnapshots([.. ids])]);
        gone.ExceptWith(Needed());
        foreach (string file in gone)
        {
            Storage.Files.TryRemove(file, out _);
        }

        UnderWay.ForEach(intent => intent.WasDisturbed = true);
    }

    /// <summary>All files that retained snapshots need.</summary>
    public HashSet<string> Needed() => [.. Metadata!.Snapshots.SelectMany(snapshot => _states[snapshot.Id].Files)];

    public ValueTask DisposeAsync() => default;

    public CatalogTable Table() => new(Name, null, Metadata!, Storage);

    private HashSet<string> FilesOf(Snapshot snapshot)
    {
        HashSet<string> files = [snapshot.ManifestList!, .. LaneRecord.FilesOf(snapshot)];
        foreach (ManifestFile manifest in ManifestListReader.Read(Storage.Files[snapshot.ManifestList!], snapshot.ManifestList!))
        {
            files.Add(manifest.Path);
            foreach (ManifestEntry entry in ManifestReader.Read(Storage.Files[manifest.Path], manifest, Metadata!).Where(entry => entry.IsLive))
            {
                Assert.True(files.Add(entry.File.FilePath), $"{entry.File.FilePath} stands in snapshot {snapshot.Id} twice");
            }
        }

        return files;
    }

    private async ValueTask DisturbAsync()
    {
        if (_isDisturbing || !faults.AreOn || Metadata is null)
        {
            return;
        }

        _isDisturbing = true;
        (Intent? current, Storage.Current, faults.AreOn) = (Storage.Current, null, false);
        if (random.Next(4) == 0)
        {
            FlushLate();
        }

        if (random.Next(5) == 0 && Disturbance is { } disturbance)
        {
            await disturbance();
        }

        (Storage.Current, faults.AreOn, _isDisturbing) = (current, true, false);
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
