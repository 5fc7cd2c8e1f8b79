using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>Iceberg's own library works on the same tables through the same catalogs, before, between and while we do.</summary>
public sealed class CatalogInteroperationTests(IceCheck java) : IDisposable
{
    private const string Rows = """
        {"uuid":"a","at":"2024-01-15T08:00:00Z"}
        {"uuid":"b","at":"2024-01-16T08:00:00Z"}
        """;

    private const string Schema = """
        {"type":"struct","schema-id":0,"fields":[
          {"id":1,"name":"uuid","required":true,"type":"string"},{"id":2,"name":"at","required":true,"type":"timestamptz"}]}
        """;

    private const int Racers = 4;
    private const int Commits = 10;

    private static readonly TableName s_name = new(["sessions"], "t");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Hadoop_JavaBetweenOurCommits_BothSurvive() => TakeTurnsAsync(
        () => new HadoopCatalog(new LocalFileStorage(), _folder.Path, TimeProvider.System), _folder.File("sessions/t"));

    [Fact]
    public Task Sqlite_JavaBetweenOurCommits_BothSurvive() => TakeTurnsAsync(() => Open(Sqlite), AddressOfSqlite());

    [Fact]
    public async Task Postgres_JavaBetweenOurCommits_BothSurvive()
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        await TakeTurnsAsync(() => Open(server.Uri), AddressOf(server));
    }

    [Fact]
    public async Task Hadoop_TableOfJava_IsOurs()
    {
        await java.CreateAsync(_folder.File("sessions/t"), Schema, "--partition", "day(at)");
        await GoOnAsync(() => new HadoopCatalog(new LocalFileStorage(), _folder.Path, TimeProvider.System), _folder.File("sessions/t"));
    }

    [Fact]
    public async Task Hadoop_TableOfJavaAsAFolder_IsOurs()
    {
        string folder = _folder.File("sessions/t");
        await java.CreateAsync(folder, Schema, "--partition", "day(at)");
        await GoOnAsync(() => HadoopCatalog.OfFolder(new LocalFileStorage(), folder, TimeProvider.System), folder);
    }

    [Fact]
    public async Task Sqlite_TableOfJava_IsOurs()
    {
        await java.DoAsync("catalog-create-namespace", AddressOfSqlite(), "sessions");
        await java.CreateAsync(AddressOfSqlite(), Schema, "--partition", "day(at)");
        await GoOnAsync(() => Open(Sqlite), AddressOfSqlite());
    }

    [Fact]
    public Task Sqlite_JavaCommitsWhileWeDo_NothingIsLost() => RaceAsync(() => Open(Sqlite), AddressOfSqlite());

    [Fact]
    public async Task Postgres_JavaCommitsWhileWeDo_NothingIsLost()
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        await RaceAsync(() => Open(server.Uri), AddressOf(server));
    }

    private string Sqlite => $"sqlite:///{_folder.File("catalog.db")}";

    private SqlCatalog Open(string uri) => new(
        SqlUri.Open(uri, new Dictionary<string, string>()), new LocalFileStorage(), "sessionize", _folder.Path, TimeProvider.System);

    private TableAddress AddressOfSqlite() => TableAddress.InSql($"jdbc:sqlite:{_folder.File("catalog.db")}", "sessionize", _folder.Path, s_name.ToString());

    private TableAddress AddressOf(PostgresServer server) =>
        TableAddress.InSql(server.JdbcUri, "sessionize", _folder.Path, s_name.ToString(), "--user", server.User, "--password", "test");

    /// <summary>We create, Java appends, we change, Java appends.</summary>
    private async Task TakeTurnsAsync(Func<IIcebergCatalog> open, TableAddress address)
    {
        await using (IIcebergCatalog catalog = open())
        {
            Assert.NotNull(await catalog.CreateAsync(s_name, CatalogContractParts.Creation(("commit.retry.num-retries", "20")), Token));
        }

        await GoOnAsync(open, address);
    }

    private async Task GoOnAsync(Func<IIcebergCatalog> open, TableAddress address)
    {
        await using IIcebergCatalog catalog = open();
        for (int turn = 1; turn <= 3; turn++)
        {
            await java.AppendAsync(address, Rows);
            CatalogTable table = Assert.IsType<CatalogTable>(await catalog.LoadAsync(s_name, Token));
            Assert.Equal(turn, table.Metadata.Snapshots.Count);
            CatalogCommit commit = await catalog.CommitAsync(
                table, [new TableRequirement.SameTable(table.Metadata.TableUuid)], [CatalogContractParts.Properties($"turn-{turn}", "ours")], Token);
            Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        }

        Assert.Equal(6, await java.CountAsync(address));
        string properties = (await java.DescribeAsync(address)).GetProperty("properties").GetRawText();
        Assert.All((string[])["turn-1", "turn-2", "turn-3"], name => Assert.Contains(name, properties, StringComparison.Ordinal));
        await java.VerifyAsync(address);
    }

    private async Task RaceAsync(Func<IIcebergCatalog> open, TableAddress address)
    {
        await using IIcebergCatalog catalog = open();
        Assert.NotNull(await catalog.CreateAsync(s_name, CatalogContractParts.Creation(("commit.retry.num-retries", "100")), Token));
        Task javas = java.AppendAsync(address, Rows, "--commits", $"{Commits}");
        await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => Task.Run(
            async () =>
            {
                await using IIcebergCatalog own = open();
                for (int commit = 0; commit < Commits; commit++)
                {
                    CatalogCommitOutcome outcome = CatalogCommitOutcome.Conflict;
                    while (outcome == CatalogCommitOutcome.Conflict)
                    {
                        CatalogTable table = (await own.LoadAsync(s_name, Token))!;
                        outcome = (await own.CommitAsync(table, [], [CatalogContractParts.Properties($"{racer}-{commit}", "ours")], Token)).Outcome;
                    }

                    Assert.Equal(CatalogCommitOutcome.Committed, outcome);
                }
            },
            Token)));
        await javas;

        CatalogTable last = (await catalog.LoadAsync(s_name, Token))!;
        Assert.Equal(Racers * Commits, last.Metadata.Properties.Count(property => property.Value == "ours"));
        Assert.Equal(Commits, last.Metadata.Snapshots.Count);
        Assert.Equal(2, await java.CountAsync(address)); // which it spreads over its commits
        await java.VerifyAsync(address);
    }
}
