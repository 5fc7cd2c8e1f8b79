using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Xunit;
using static Sessionize.Iceberg.Tests.Catalogs.CatalogContractParts;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>What holds for every catalog. A class of tests derives from it, and opens its catalog over a place of its own.</summary>
public abstract class CatalogContract
{
    private const int Racers = 8;

    private static readonly TableName s_name = new(["sessions"], "user_sessions");

    public static TheoryData<string> OddNames =>
        ["größe", "with space", "per%20cent", "it's", "a\"b", "semi;colon", "plus+plus", "hash#tag", "ask?=&", "ユーザー", "UPPER_lower", "$dollar", "-dash", "a:b", "tilde~"];

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How many commits each racer makes.</summary>
    protected virtual int RaceCommits => 25;

    /// <summary>Whether the server behind the catalog takes names with such characters; those that it does not are refused with a sentence.</summary>
    protected virtual bool TakesName(string odd) => true;

    /// <summary>Opens another instance of the catalog over the place of this test, as another process would. The test disposes it.</summary>
    private protected abstract ValueTask<IIcebergCatalog> OpenAsync();

    [Fact]
    public async Task LoadAsync_NoSuchTable_GivesNull()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        Assert.Null(await catalog.LoadAsync(s_name, Token));
        Assert.NotNull(await catalog.CreateAsync(s_name, Creation(), Token));
        Assert.Null(await catalog.LoadAsync(new TableName(["sessions"], "other"), Token));
        Assert.Null(await catalog.LoadAsync(new TableName(["elsewhere"], "user_sessions"), Token));
        Assert.Null(await catalog.LoadAsync(new TableName(["sessions", "user_sessions"], "user_sessions"), Token));
    }

    [Fact]
    public async Task CreateAsync_NewTable_IsLoadedByAnotherProcessAsItWasCreated()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable created = Assert.IsType<CatalogTable>(await catalog.CreateAsync(s_name, Creation(("owner", "größe \"x\"")), Token));

        await using IIcebergCatalog other = await OpenAsync();
        CatalogTable loaded = await LoadAsync(other, s_name);

        Assert.Equal(s_name, loaded.Name);
        Assert.Equal(created.MetadataLocation, loaded.MetadataLocation);
        TableMetadata metadata = loaded.Metadata;
        Assert.Equal(created.Metadata.TableUuid, metadata.TableUuid);
        Assert.Equal(2, metadata.FormatVersion);
        Assert.NotEmpty(metadata.Location);
        Assert.False(metadata.Location.EndsWith('/'), metadata.Location);
        Assert.Null(metadata.CurrentSnapshotId);
        Assert.Empty(metadata.Snapshots);
        Assert.Empty(metadata.MetadataLog);
        Assert.Equal(0, metadata.LastSequenceNumber);
        Assert.Equal("größe \"x\"", metadata.Properties["owner"]);
        Assert.Equal(["uuid", "at"], metadata.CurrentSchema.Fields.Select(field => field.Name));
        Assert.Equal("at", metadata.CurrentSchema.Find(Assert.Single(metadata.DefaultSpec.Fields).SourceId)!.Name);
        Assert.Equal("uuid", metadata.CurrentSchema.Find(Assert.Single(metadata.DefaultSortOrder.Fields).SourceId)!.Name);
    }

    [Fact]
    public async Task CreateAsync_Twice_GivesNullAndKeepsTheFirst()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable first = Assert.IsType<CatalogTable>(await catalog.CreateAsync(s_name, Creation(), Token));
        await using IIcebergCatalog other = await OpenAsync();
        Assert.Null(await other.CreateAsync(s_name, Creation(), Token));
        Assert.Null(await catalog.CreateAsync(s_name, Creation(), Token));
        Assert.Equal(first.Metadata.TableUuid, (await LoadAsync(catalog, s_name)).Metadata.TableUuid);
    }

    [Fact]
    public async Task CreateAsync_ManyAtOnce_OneCreates()
    {
        CatalogTable?[] created = await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => Task.Run(
            async () =>
            {
                await using IIcebergCatalog racer = await OpenAsync();
                return await racer.CreateAsync(s_name, Creation(), Token);
            },
            Token)));

        CatalogTable winner = Assert.Single(created.OfType<CatalogTable>());
        await using IIcebergCatalog catalog = await OpenAsync();
        Assert.Equal(winner.Metadata.TableUuid, (await LoadAsync(catalog, s_name)).Metadata.TableUuid);
    }

    [Fact]
    public async Task CommitAsync_Snapshot_IsThereForAnotherProcess()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable table = await CreateAsync(catalog, s_name);
        CatalogTable changed = await AppendAsync(catalog, table, 11);
        changed = await AppendAsync(catalog, changed, 12);

        await using IIcebergCatalog other = await OpenAsync();
        TableMetadata metadata = (await LoadAsync(other, s_name)).Metadata;
        Assert.Equal(12, metadata.CurrentSnapshotId);
        Assert.Equal(12, changed.Metadata.CurrentSnapshotId);
        Assert.Equal([11L, 12L], metadata.Snapshots.Select(snapshot => snapshot.Id));
        Assert.Equal([11L, 12L], metadata.SnapshotLog.Select(entry => entry.SnapshotId));
        Assert.Equal(11, metadata.FindSnapshot(12)!.ParentId);
        Assert.Equal("append", metadata.CurrentSnapshot!.Operation);
        Assert.Equal(2, metadata.LastSequenceNumber);
        Assert.Equal(2, metadata.CurrentSnapshot.SequenceNumber);
        Assert.Equal(table.Metadata.TableUuid, metadata.TableUuid);
    }

    [Fact]
    public async Task CommitAsync_RefHasMoved_IsAConflictAndChangesNothing()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable stale = await CreateAsync(catalog, s_name);
        await AppendAsync(catalog, stale, 1);

        await using IIcebergCatalog other = await OpenAsync();
        CatalogCommit refused = await TryAppendAsync(other, stale, 2);

        Assert.Equal(CatalogCommitOutcome.Conflict, refused.Outcome);
        Assert.NotEmpty(refused.Reason!);
        TableMetadata metadata = (await LoadAsync(catalog, s_name)).Metadata;
        Assert.Equal(1, metadata.CurrentSnapshotId);
        Assert.Single(metadata.Snapshots);
    }

    [Fact]
    public async Task CommitAsync_AnotherTableUnderTheName_IsAConflict()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable table = await CreateAsync(catalog, s_name);
        CatalogCommit refused = await catalog.CommitAsync(
            table, [new TableRequirement.SameTable("00000000-0000-0000-0000-000000000001")], [Properties("a", "1")], Token);
        Assert.Equal(CatalogCommitOutcome.Conflict, refused.Outcome);
        Assert.False((await LoadAsync(catalog, s_name)).Metadata.Properties.ContainsKey("a"));
    }

    [Fact]
    public async Task CommitAsync_StaleTableWhoseRequirementsHold_KeepsWhatOthersDid()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable stale = await CreateAsync(catalog, s_name);
        await AppendAsync(catalog, stale, 1);

        await using IIcebergCatalog other = await OpenAsync();
        CatalogCommit commit = await other.CommitAsync(
            stale, [new TableRequirement.SameTable(stale.Metadata.TableUuid)], [Properties("a", "1")], Token);

        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        TableMetadata metadata = (await LoadAsync(catalog, s_name)).Metadata;
        Assert.Equal(1, metadata.CurrentSnapshotId);
        Assert.Equal("1", metadata.Properties["a"]);
    }

    [Fact]
    public async Task CommitAsync_Settings_AreSetAndKept()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable table = await CreateAsync(catalog, s_name);
        CatalogCommit set = await catalog.CommitAsync(table, [], [Properties("a", "1"), Properties("b", "2")], Token);
        Assert.Equal(CatalogCommitOutcome.Committed, set.Outcome);
        CatalogCommit changed = await catalog.CommitAsync(set.Table!, [], [Properties("a", "3")], Token);
        Assert.Equal(CatalogCommitOutcome.Committed, changed.Outcome);

        TableMetadata metadata = (await LoadAsync(catalog, s_name)).Metadata;
        Assert.Equal("3", metadata.Properties["a"]);
        Assert.Equal("2", metadata.Properties["b"]);
    }

    [Fact]
    public async Task CommitAsync_ManyAtOnce_GiveALinearHistory()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        await CreateAsync(catalog, s_name);

        await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(
            async () =>
            {
                await using IIcebergCatalog own = await OpenAsync();
                for (int commit = 0; commit < RaceCommits; commit++)
                {
                    await CommitUntilDoneAsync(own, (racer * RaceCommits) + commit + 1);
                }
            },
            Token)));

        TableMetadata metadata = (await LoadAsync(catalog, s_name)).Metadata;
        int commits = Racers * RaceCommits;
        Assert.Equal(Enumerable.Range(1, commits).Select(id => (long)id), metadata.Snapshots.Select(snapshot => snapshot.Id).Order());
        Assert.Equal(Enumerable.Range(1, commits).Select(number => (long)number), metadata.Snapshots.Select(snapshot => snapshot.SequenceNumber).Order());
        int length = 0;
        for (Snapshot? at = metadata.CurrentSnapshot; at is not null; at = at.ParentId is { } parent ? metadata.FindSnapshot(parent) : null)
        {
            length++;
        }

        Assert.Equal(commits, length);
        Assert.Equal(commits, metadata.LastSequenceNumber);
    }

    [Fact]
    public async Task CommitAsync_Several_LogsEarlierMetadataFiles()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable table = await CreateAsync(catalog, s_name);
        List<string?> locations = [];
        for (int commit = 1; commit <= 3; commit++)
        {
            locations.Add(table.MetadataLocation);
            table = await AppendAsync(catalog, table, commit);
        }

        IReadOnlyList<MetadataLogEntry> log = (await LoadAsync(catalog, s_name)).Metadata.MetadataLog;
        Assert.Equal(3, log.Select(entry => entry.MetadataFile).Distinct().Count());
        Assert.Equal(log.OrderBy(entry => entry.TimestampMs), log);
        if (table.MetadataLocation is not null)
        {
            Assert.Equal(locations, log.Select(entry => (string?)entry.MetadataFile));
        }
    }

    [Fact]
    public async Task CommitAsync_DeleteAfterCommit_RemovesForgottenMetadataFiles()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        CatalogTable table = Assert.IsType<CatalogTable>(await catalog.CreateAsync(
            s_name, Creation(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", "2")), Token));
        List<string?> locations = [];
        for (int commit = 1; commit <= 5; commit++)
        {
            locations.Add(table.MetadataLocation);
            table = await AppendAsync(catalog, table, commit);
        }

        CatalogTable loaded = await LoadAsync(catalog, s_name);
        Assert.Equal(5, loaded.Metadata.CurrentSnapshotId);
        Assert.Equal(2, loaded.Metadata.MetadataLog.Count);
        for (int at = 0; at < locations.Count && locations[at] is { } location; at++)
        {
            Assert.Equal(at >= 3, await loaded.Storage.TryReadAsync(location, Token) is not null);
        }
    }

    [Fact]
    public async Task CreateAsync_NamespacesOfSeveralLevels_AreSeparate()
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        TableName[] names = [TableName.Parse("a.t"), TableName.Parse("a.b.t"), TableName.Parse("a.b.c.t"), TableName.Parse("b.t"), TableName.Parse("a.b.u")];
        for (int at = 0; at < names.Length; at++)
        {
            await AppendAsync(catalog, await CreateAsync(catalog, names[at]), at + 1);
        }

        await using IIcebergCatalog other = await OpenAsync();
        HashSet<string> locations = [];
        for (int at = 0; at < names.Length; at++)
        {
            TableMetadata metadata = (await LoadAsync(other, names[at])).Metadata;
            Assert.Equal(at + 1, metadata.CurrentSnapshotId);
            Assert.True(locations.Add(metadata.Location), metadata.Location);
        }
    }

    [Theory]
    [MemberData(nameof(OddNames))]
    public async Task CreateAsync_OddCharacters_AreKept(string odd)
    {
        await using IIcebergCatalog catalog = await OpenAsync();
        TableName name = new([odd, odd], odd);
        if (!TakesName(odd))
        {
            SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(async () => await catalog.CreateAsync(name, Creation(), Token));
            Assert.False(refusal.IsTransient);
            return;
        }

        await AppendAsync(catalog, await CreateAsync(catalog, name), 7);
        await using IIcebergCatalog other = await OpenAsync();
        CatalogTable loaded = await LoadAsync(other, name);
        Assert.Equal(name, loaded.Name);
        Assert.Equal(7, loaded.Metadata.CurrentSnapshotId);
        Assert.Null(await other.LoadAsync(new TableName([odd], odd), Token));
    }

    private protected static async Task<CatalogTable> CreateAsync(IIcebergCatalog catalog, TableName name) =>
        Assert.IsType<CatalogTable>(await catalog.CreateAsync(name, Creation(), Token));

    private protected static async Task<CatalogTable> LoadAsync(IIcebergCatalog catalog, TableName name) =>
        Assert.IsType<CatalogTable>(await catalog.LoadAsync(name, Token));

    /// <summary>Adds a snapshot as a writer does; its manifest list is named, and not there.</summary>
    private protected static async Task<CatalogTable> AppendAsync(IIcebergCatalog catalog, CatalogTable table, long id)
    {
        CatalogCommit commit = await TryAppendAsync(catalog, table, id);
        Assert.True(commit.Outcome == CatalogCommitOutcome.Committed, $"{commit.Outcome}: {commit.Reason}");
        return Assert.IsType<CatalogTable>(commit.Table);
    }

    private protected static ValueTask<CatalogCommit> TryAppendAsync(IIcebergCatalog catalog, CatalogTable table, long id)
    {
        TableMetadata metadata = table.Metadata;
        Snapshot snapshot = new()
        {
            Id = id,
            ParentId = metadata.CurrentSnapshotId,
            SequenceNumber = metadata.LastSequenceNumber + 1,
            TimestampMs = metadata.LastUpdatedMs + 1,
            ManifestList = $"{metadata.Location}/metadata/snap-{id}-1-test.avro",
            Summary = new Dictionary<string, string> { ["operation"] = "append", ["added-records"] = "0", ["total-records"] = "0" },
            SchemaId = metadata.CurrentSchemaId,
        };
        return catalog.CommitAsync(
            table,
            [new TableRequirement.SameTable(metadata.TableUuid), new TableRequirement.RefIs(SnapshotRef.Main, metadata.CurrentSnapshotId)],
            [new TableUpdate.AddSnapshot(snapshot), new TableUpdate.SetRef(SnapshotRef.Main, new SnapshotRef(id, IsBranch: true))],
            Token);
    }

    private static async Task CommitUntilDoneAsync(IIcebergCatalog catalog, long id)
    {
        while (true)
        {
            CatalogCommit commit = await TryAppendAsync(catalog, await LoadAsync(catalog, s_name), id);
            if (commit.Outcome == CatalogCommitOutcome.Committed)
            {
                return;
            }

            Assert.Equal(CatalogCommitOutcome.Conflict, commit.Outcome);
        }
    }
}
