using System.Net;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Iceberg.Tests.Tool;
using Sessionize.S3;
using Sessionize.S3.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>A batch run whose catalog or store goes away in the commit and stays away: it fails as unavailable, and the same run later is there once.</summary>
public sealed class BatchOutageTests(IceCheck java) : IDisposable
{
    private const int Users = 30;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Postgres_StaysAwayBehindTheCommit_IsUnavailableAndTheRunAgainIsOnce(bool isDone)
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        Uri address = new(server.Uri);
        await using BreakingProxy proxy = new(new IPEndPoint(IPAddress.Parse(address.Host), address.Port), "UPDATE iceberg_tables"u8.ToArray(), isDone) { StaysAway = true };
        IcebergTableOptions options = new()
        {
            Name = "s.t",
            Warehouse = _folder.File("lake"),
            PartitionBy = "none",
            Catalog = IcebergCatalogKind.Sql,
            CatalogUri = server.Uri.Replace($":{address.Port}/", $":{proxy.Port}/", StringComparison.Ordinal) + "?sslmode=disable",
            RunId = "nightly",
        };
        TableAddress table = TableAddress.InSql(server.JdbcUri, "sessionize", options.Warehouse, options.Name, "--user", server.User, "--password", "");

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => RunAsync(options));

        Assert.True(failure.IsTransient);
        Assert.Contains($"'{server.Database}' at 127.0.0.1:{proxy.Port}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Look whether the server runs", failure.Message, StringComparison.Ordinal);
        Assert.Equal(isDone ? Users : 0, await java.CountAsync(table));
        await java.VerifyAsync(table, isDone ? [] : ["--allow-orphans"]);

        options.CatalogUri = server.Uri;
        Assert.Equal(isDone, await RunAsync(options));
        Assert.Equal(Users, await java.CountAsync(table));
        await java.VerifyAsync(table, isDone ? [] : ["--allow-orphans"]);
    }

    [Theory]
    [InlineData(S3Fault.SlowDown, false)]
    [InlineData(S3Fault.DropAfter, true)]
    public async Task S3_TakesNoCommitAnyMore_IsUnavailableOrFoundAndTheRunAgainIsOnce(S3Fault fault, bool isDone)
    {
        await using FaultyS3 store = new();
        IcebergTableOptions options = new()
        {
            Name = "s.t",
            Warehouse = "s3://b/lake",
            PartitionBy = "none",
            CatalogProperties = store.Properties(("s3.retry.num-retries", "0")),
            Storages = { new S3FileStorageFactory() },
            TableProperties = { ["commit.retry.num-retries"] = "1" },
            RunId = "nightly",
        };
        TableAddress table = new("s3://b/lake/s/t", ["--s3-endpoint", store.Endpoint, "--access-key", "key", "--secret-key", "secret"]);
        store.FailNext("PUT", fault, times: 1000, of: "/v2.metadata.json");

        if (isDone)
        {
            Assert.False(await RunAsync(options));
        }
        else
        {
            SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => RunAsync(options));
            Assert.True(failure.IsTransient);
            Assert.Contains($"S3 at {store.Endpoint}", failure.Message, StringComparison.Ordinal);
            Assert.Contains("Try again later", failure.Message, StringComparison.Ordinal);
            Assert.Equal(0, await java.CountAsync(table));
        }

        store.Mend();
        Assert.Equal(isDone, await RunAsync(options));
        Assert.Equal(Users, await java.CountAsync(table));

        // What was sent and not answered may yet be carried out, so its files stay.
        await java.VerifyAsync(table, isDone ? [] : ["--allow-orphans"]);
    }

    /// <returns>Whether the run had committed before.</returns>
    private async Task<bool> RunAsync(IcebergTableOptions options)
    {
        ImmediateClock clock = new();
        await using IcebergSessionSink sink = new(options, clock);
        string events = EventFiles.Write(_folder, "a", day: 1, Users);
        SessionizationDefinition definition = SessionizationDefinition.Build(sessions => sessions.FromFiles(events).To(_ => sink));
        definition.TimeProvider = clock;
        await new BatchSessionizer(definition).RunAsync(cancellationToken: Token);
        return sink.WasCommittedBefore;
    }
}
