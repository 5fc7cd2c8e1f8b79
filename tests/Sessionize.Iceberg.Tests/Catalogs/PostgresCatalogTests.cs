using System.Net;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>A PostgreSQL server that refuses, and one that goes away.</summary>
public sealed class PostgresCatalogTests : IDisposable
{
    [Theory]
    [InlineData("40003", false)] // statement completion unknown
    [InlineData("57P01", false)]
    [InlineData("08006", false)]
    [InlineData("42601", true)]
    public async Task IsDefinite_State_IsOnlyWhereNothingCanHaveChanged(string state, bool isDefinite)
    {
        await using SqlDatabase database = SqlUri.Open("postgresql://u@h/db", new Dictionary<string, string>());
        Assert.Equal(isDefinite, database.IsDefinite(new Npgsql.PostgresException("failed", "ERROR", "ERROR", state)));
    }

    private static readonly TableName s_name = new(["a"], "t");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task LoadAsync_ServerIsAway_SaysWhereAndIsTransient()
    {
        await using SqlCatalog catalog = Open($"postgresql://u:secret@127.0.0.1:{ComponentScript.FreePort()}/db");
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await catalog.LoadAsync(s_name, Token));
        Assert.True(failure.IsTransient);
        Assert.Contains("'db' at 127.0.0.1:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Look whether the server runs", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_NoSuchDatabase_SaysSo()
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        await using SqlCatalog catalog = Open(server.Uri.Replace(server.Database, "nowhere", StringComparison.Ordinal));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await catalog.LoadAsync(s_name, Token));
        Assert.False(failure.IsTransient);
        Assert.Contains("Create the database", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_NoSuchUser_NamesIt()
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        await using SqlCatalog catalog = Open(server.Uri, ("jdbc.user", "nobody"), ("jdbc.password", "x"));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await catalog.LoadAsync(s_name, Token));
        Assert.False(failure.IsTransient);
        Assert.Contains("user 'nobody'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_UserMayOnlyRead_SayWhichPermissionIsMissing()
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        string reader = $"reader_{Guid.NewGuid():N}";
        await server.AdministrateAsync($"CREATE ROLE {reader} LOGIN PASSWORD 'x'");
        try
        {
            await using SqlCatalog owner = Open(server.Uri);
            CatalogTable table = Assert.IsType<CatalogTable>(await owner.CreateAsync(s_name, CatalogContractParts.Creation(), Token));
            await server.AskAsync($"GRANT SELECT ON iceberg_tables TO {reader}");

            await using SqlCatalog catalog = Open(server.Uri, ("jdbc.user", reader), ("jdbc.password", "x"));
            CatalogTable loaded = Assert.IsType<CatalogTable>(await catalog.LoadAsync(s_name, Token));
            CatalogCommit commit = await catalog.CommitAsync(loaded, [], [CatalogContractParts.Properties("a", "1")], Token);
            Assert.Equal(CatalogCommitOutcome.Refused, commit.Outcome);
            Assert.Contains($"'{reader}' permission", commit.Reason, StringComparison.Ordinal);
            Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "a", "t", "metadata")));
            Assert.Equal(table.MetadataLocation, loaded.MetadataLocation);
        }
        finally
        {
            await server.AskAsync($"DROP OWNED BY {reader}");
            await server.AdministrateAsync($"DROP ROLE {reader}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_ServerGoesAwayInTheCommit_IsUnknownAndNoFileIsDeleted(bool isDone)
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        await using SqlCatalog plain = Open(server.Uri);
        CatalogTable table = Assert.IsType<CatalogTable>(await plain.CreateAsync(s_name, CatalogContractParts.Creation(), Token));
        Uri address = new(server.Uri);
        await using BreakingProxy proxy = new(new IPEndPoint(IPAddress.Parse(address.Host), address.Port), "UPDATE iceberg_tables"u8.ToArray(), isDone);
        await using SqlCatalog catalog = Open(server.Uri.Replace($":{address.Port}/", $":{proxy.Port}/", StringComparison.Ordinal) + "?sslmode=disable");

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            async () => await catalog.CommitAsync(table, [], [CatalogContractParts.Properties("a", "1")], Token));

        Assert.True(failure.IsTransient);
        Assert.Contains("unknown", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder.Path, "a", "t", "metadata")).Length);
        Assert.Equal(isDone, (await plain.LoadAsync(s_name, Token))!.Metadata.Properties.ContainsKey("a"));

        // The same catalog goes on when the server is back.
        Assert.NotNull(await catalog.LoadAsync(s_name, Token));
        CatalogCommit again = await catalog.CommitAsync((await catalog.LoadAsync(s_name, Token))!, [], [CatalogContractParts.Properties("b", "2")], Token);
        Assert.Equal(CatalogCommitOutcome.Committed, again.Outcome);
    }

    [Fact]
    public async Task LoadAsync_SessionsWereEndedByTheServer_SaysSoOnceAndGoesOn()
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        await using SqlCatalog catalog = Open(server.Uri);
        Assert.NotNull(await catalog.CreateAsync(s_name, CatalogContractParts.Creation(), Token));
        await server.AdministrateAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{server.Database}'");
        try
        {
            await catalog.LoadAsync(s_name, Token);
        }
        catch (SessionizeException failure)
        {
            Assert.True(failure.IsTransient, failure.Message);
        }

        Assert.NotNull(await catalog.LoadAsync(s_name, Token));
    }

    private SqlCatalog Open(string uri, params (string Name, string Value)[] properties) => new(
        SqlUri.Open(uri, properties.ToDictionary(property => property.Name, property => property.Value)), new LocalFileStorage(), "test", _folder.Path, TimeProvider.System);
}
