using Microsoft.Data.Sqlite;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>What only the SQL catalog has: its rows, its metadata files, and databases that fail.</summary>
public sealed class SqlCatalogTests : IAsyncDisposable
{
    private const string OldTables = """
        CREATE TABLE iceberg_tables(catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL, table_name VARCHAR(255) NOT NULL,
          metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000), PRIMARY KEY(catalog_name, table_namespace, table_name))
        """;

    private static readonly TableName s_name = new(["a", "b"], "t");

    private readonly TemporaryFolder _folder = new();
    private readonly SqlCatalog _catalog;

    public SqlCatalogTests() => _catalog = Open();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Database => _folder.File("catalog.db");

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task LoadAsync_NothingThere_MakesNothing()
    {
        Assert.Null(await _catalog.LoadAsync(s_name, Token));
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public async Task CommitAsync_RowsAndFiles_AreThoseOfTheJdbcCatalog()
    {
        CatalogTable table = await CreateAsync();
        Assert.Matches(@"/a/b/t/metadata/00000-[0-9a-f-]{36}\.metadata\.json$", table.MetadataLocation);
        CatalogTable next = await SetAsync(table, "1");
        Assert.Matches(@"/a/b/t/metadata/00001-[0-9a-f-]{36}\.metadata\.json$", next.MetadataLocation);

        Assert.Equal(
            $"test|a.b|t|{next.MetadataLocation}|{table.MetadataLocation}|TABLE",
            Ask("SELECT concat_ws('|', catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location, iceberg_type) FROM iceberg_tables"));
        Assert.Equal(
            "test|a.b|exists|true",
            Ask("SELECT concat_ws('|', catalog_name, namespace, property_key, property_value) FROM iceberg_namespace_properties"));
    }

    [Fact]
    public async Task LoadAsync_OtherCatalogName_HasTablesOfItsOwn()
    {
        await CreateAsync();
        await using SqlCatalog other = Open("other");
        Assert.Null(await other.LoadAsync(s_name, Token));
        Assert.NotNull(await other.CreateAsync(s_name, CatalogContractParts.Creation(), Token));
    }

    [Fact]
    public async Task Calls_TablesOfTheFirstVersion_AreUsedAsTheyAre()
    {
        Do(OldTables);
        CatalogTable table = await CreateAsync();
        Assert.Null(await _catalog.CreateAsync(s_name, CatalogContractParts.Creation(), Token));
        await SetAsync(table, "1");
        Assert.Equal("1", (await LoadAsync()).Metadata.Properties["version"]);
        Assert.Equal("0", Ask("SELECT count(*) FROM pragma_table_info('iceberg_tables') WHERE name = 'iceberg_type'"));
    }

    [Fact]
    public async Task Calls_RowWithoutAType_IsATable()
    {
        CatalogTable table = await CreateAsync();
        Do("UPDATE iceberg_tables SET iceberg_type = NULL");
        await SetAsync(await LoadAsync(), "1");
        Assert.Equal(table.Metadata.TableUuid, (await LoadAsync()).Metadata.TableUuid);
    }

    [Fact]
    public async Task Calls_ViewOfTheName_IsNoTable()
    {
        CatalogTable table = await CreateAsync();
        Do("UPDATE iceberg_tables SET iceberg_type = 'VIEW'");
        Assert.Null(await _catalog.LoadAsync(s_name, Token));
        Assert.Equal(CatalogCommitOutcome.Conflict, (await TrySetAsync(_catalog, table, "1")).Outcome);
        SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(async () => await CreateAsync());
        Assert.Contains("no table, such as a view", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommitAsync_OtherWasFaster_IsAConflictThatLeavesNoFile()
    {
        CatalogTable table = await CreateAsync();
        PausingDatabase paused = new(new SqliteDatabase(Database));
        await using SqlCatalog slow = Open(database: paused);
        paused.BeforeUpdate = async () => await SetAsync(table, "theirs");

        CatalogCommit commit = await TrySetAsync(slow, table, "mine");

        Assert.Equal(CatalogCommitOutcome.Conflict, commit.Outcome);
        Assert.Equal("theirs", (await LoadAsync()).Metadata.Properties["version"]);
        Assert.Equal(2, MetadataFileNames().Length);
    }

    [Fact]
    public async Task CommitAsync_DatabaseStaysLocked_IsAConflictThatLeavesNoFile()
    {
        CatalogTable table = await CreateAsync();
        PausingDatabase paused = new(new SqliteDatabase(Database)) { UpdateTimeout = 1 };
        await using SqlCatalog slow = Open(database: paused);
        using SqliteConnection holder = Connect();
        SqliteTransaction? transaction = null;
        paused.BeforeUpdate = () =>
        {
            transaction = holder.BeginTransaction();
            return Task.CompletedTask;
        };

        CatalogCommit commit = await TrySetAsync(slow, table, "mine");

        Assert.Equal(CatalogCommitOutcome.Conflict, commit.Outcome);
        Assert.Contains("locked", commit.Reason, StringComparison.Ordinal);
        Assert.Single(MetadataFileNames());
        transaction!.Dispose();
        Assert.Equal("mine", (await SetAsync(table, "mine")).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_ConnectionIsLost_IsUnknownAndKeepsTheFile()
    {
        CatalogTable table = await CreateAsync();
        PausingDatabase paused = new(new SqliteDatabase(Database)) { AfterUpdate = new IOException("The connection was lost") };
        await using SqlCatalog lossy = Open(database: paused);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await TrySetAsync(lossy, table, "mine"));

        Assert.True(failure.IsTransient);
        Assert.Contains("unknown", failure.Message, StringComparison.Ordinal);
        Assert.Equal("mine", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task LoadAsync_MetadataIsMissing_NamesItAndTheRow()
    {
        CatalogTable table = await CreateAsync();
        File.Delete(FileLocations.ToPath(table.MetadataLocation!));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await _catalog.LoadAsync(s_name, Token));
        Assert.Contains(table.MetadataLocation!, failure.Message, StringComparison.Ordinal);
        Assert.Contains("iceberg_tables", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_MetadataIsDamaged_NamesIt()
    {
        CatalogTable table = await CreateAsync();
        File.WriteAllText(FileLocations.ToPath(table.MetadataLocation!), "{\"format-version\":2,");
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await _catalog.LoadAsync(s_name, Token));
        Assert.Contains(table.MetadataLocation!, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_FileIsNoDatabase_SaySo()
    {
        File.WriteAllText(Database, new string('x', 5000));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await _catalog.LoadAsync(s_name, Token));
        Assert.Contains(Database, failure.Message, StringComparison.Ordinal);
        Assert.Contains("no database of SQLite", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task Calls_FolderInTheDatabasesPlace_SaySo()
    {
        Directory.CreateDirectory(Database);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await CreateAsync());
        Assert.Contains("a folder is no database", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommitAsync_DatabaseIsGone_IsAConflict()
    {
        CatalogTable table = await CreateAsync();
        File.Delete(Database);
        Assert.Equal(CatalogCommitOutcome.Conflict, (await TrySetAsync(_catalog, table, "1")).Outcome);
        Assert.False(File.Exists(Database));
    }

    [Fact]
    public async Task CommitAsync_SettingsOfMetadata_AreHonoured()
    {
        string elsewhere = $"file://{_folder.File("elsewhere")}";
        CatalogTable table = Assert.IsType<CatalogTable>(await _catalog.CreateAsync(
            s_name, CatalogContractParts.Creation(("write.metadata.compression-codec", "gzip"), ("write.metadata.path", elsewhere)), Token));
        table = await SetAsync(table, "1");
        Assert.StartsWith($"{elsewhere}/00001-", table.MetadataLocation, StringComparison.Ordinal);
        Assert.EndsWith(".gz.metadata.json", table.MetadataLocation, StringComparison.Ordinal);
        Assert.Equal("1", (await LoadAsync()).Metadata.Properties["version"]);
    }

    private SqlCatalog Open(string catalogName = "test", SqlDatabase? database = null) =>
        new(database ?? new SqliteDatabase(Database), new LocalFileStorage(), catalogName, _folder.Path, TimeProvider.System);

    private async Task<CatalogTable> CreateAsync() => Assert.IsType<CatalogTable>(await _catalog.CreateAsync(s_name, CatalogContractParts.Creation(), Token));

    private async Task<CatalogTable> LoadAsync() => Assert.IsType<CatalogTable>(await _catalog.LoadAsync(s_name, Token));

    private async Task<CatalogTable> SetAsync(CatalogTable table, string version)
    {
        CatalogCommit commit = await TrySetAsync(_catalog, table, version);
        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        return commit.Table!;
    }

    private static ValueTask<CatalogCommit> TrySetAsync(SqlCatalog catalog, CatalogTable table, string version) =>
        catalog.CommitAsync(table, [], [CatalogContractParts.Properties("version", version)], Token);

    private string[] MetadataFileNames() => Directory.GetFiles(Path.Combine(_folder.Path, "a", "b", "t", "metadata"));

    private SqliteConnection Connect()
    {
        SqliteConnection connection = new($"Data Source={Database};Pooling=false");
        connection.Open();
        return connection;
    }

    private void Do(string statement) => Ask(statement);

    private string? Ask(string statement)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar()?.ToString();
    }
}
