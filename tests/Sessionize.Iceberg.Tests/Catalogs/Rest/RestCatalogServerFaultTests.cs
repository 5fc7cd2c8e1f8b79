using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>Commits against Iceberg's own server when things go wrong: what is said is what has happened.</summary>
public sealed class RestCatalogServerFaultTests : IAsyncDisposable
{
    private static readonly TableName s_name = new(["faults"], "t");

    private RestCatalogServer _server = new() { Credential = "id:secret" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task CommitAsync_FaultsOfAllKinds_SaysWhatHasHappened()
    {
        await using RestCatalog catalog = await OpenAsync();
        await CreateAsync(catalog);

        await _server.FaultAsync("409");
        Assert.Equal(CatalogCommitOutcome.Conflict, (await CommitAsync(catalog, "conflict")).Outcome);
        Assert.False(await HasAsync(catalog, "conflict"));

        foreach (string fault in (string[])["500-before", "503-before", "504-before"])
        {
            await _server.FaultAsync(fault);
            Assert.True((await Assert.ThrowsAsync<SessionizeException>(() => CommitAsync(catalog, fault))).IsTransient);
            Assert.False(await HasAsync(catalog, fault));
        }

        foreach (string fault in (string[])["500-after", "502-after", "503-after", "504-after"])
        {
            await _server.FaultAsync(fault);
            Assert.True((await Assert.ThrowsAsync<SessionizeException>(() => CommitAsync(catalog, fault))).IsTransient);
            Assert.True(await HasAsync(catalog, fault));
        }

        await _server.FaultAsync("429", count: 2);
        Assert.Equal(CatalogCommitOutcome.Committed, (await CommitAsync(catalog, "after 429")).Outcome);
        Assert.Equal(2, (await _server.FaultsAsync()).GetProperty("hits").GetInt32());
        Assert.True(await HasAsync(catalog, "after 429"));
    }

    [Fact]
    public async Task CommitAsync_DoneButTooSlow_IsUnknownAndThere()
    {
        await using RestCatalog catalog = await OpenAsync();
        await CreateAsync(catalog);
        await using RestCatalog hasty = await OpenAsync(("rest.client.socket-timeout-ms", "8000"));
        Assert.False(await HasAsync(hasty, "slow"));

        await _server.FaultAsync("503-after", delay: TimeSpan.FromSeconds(20));
        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(() => CommitAsync(hasty, "slow"));

        Assert.True(unknown.IsTransient);
        Assert.Contains("no answer within 8000 ms", unknown.Message, StringComparison.Ordinal);
        Assert.True(await HasAsync(catalog, "slow"));
    }

    [Fact]
    public async Task CommitAsync_TokenExpiredMeanwhile_GetsAnotherAndCommits()
    {
        TimeSpan lifetime = TimeSpan.FromSeconds(15);
        _server = new() { Credential = "id:secret", TokenLifetime = lifetime };

        // By a clock that stands still the token is good for ever: the server refuses it with 419, by its own clock.
        await using RestCatalog catalog = await OpenAsync(new ImmediateClock(), ("rest.client.socket-timeout-ms", "600000"));
        await CreateAsync(catalog);
        await Task.Delay(lifetime * 1.1, Token);

        Assert.Equal(CatalogCommitOutcome.Committed, (await CommitAsync(catalog, "a")).Outcome);
    }

    [Fact]
    public async Task CommitAsync_ServerStoppedAndStarted_RefusedAndThenCommitted()
    {
        await using RestCatalog catalog = await OpenAsync(("rest.client.max-retries", "1"));
        await CreateAsync(catalog);
        CatalogTable table = await LoadAsync(catalog);

        await _server.StopAsync();
        Assert.True((await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(catalog))).IsTransient);
        await _server.RestartAsync();

        Assert.Equal(CatalogCommitOutcome.Committed, (await CommitAsync(catalog, table, "again")).Outcome);
        Assert.True(await HasAsync(catalog, "again"));
    }

    [Fact]
    public async Task LoadAsync_WrongSecret_FailsWithTheClient()
    {
        await _server.StartAsync();
        IcebergTableOptions options = new() { CatalogUri = _server.Uri };
        options.CatalogProperties["credential"] = "id:wrong";
        await using RestCatalog catalog = RestCatalog.Create(options, TimeProvider.System);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(catalog));

        Assert.False(failure.IsTransient);
        Assert.Contains("wrong client id or secret", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<CatalogTable> LoadAsync(RestCatalog catalog) => (await catalog.LoadAsync(s_name, Token))!;

    private static async Task CreateAsync(RestCatalog catalog)
    {
        TableCreation creation = new(
            new IcebergSchema(0, [new IcebergField(1, "uuid", new PrimitiveType(PrimitiveKind.String), IsRequired: true)]), new(0, []), new(0, []),
            new Dictionary<string, string>());
        Assert.NotNull(await catalog.CreateAsync(s_name, creation, Token));
    }

    private static async Task<CatalogCommit> CommitAsync(RestCatalog catalog, string mark) => await CommitAsync(catalog, await LoadAsync(catalog), mark);

    private static async Task<CatalogCommit> CommitAsync(RestCatalog catalog, CatalogTable table, string mark) => await catalog.CommitAsync(
        table,
        [new TableRequirement.SameTable(table.Metadata.TableUuid)],
        [new TableUpdate.SetProperties(new Dictionary<string, string> { [mark] = "here" })],
        Token);

    private static async Task<bool> HasAsync(RestCatalog catalog, string mark) => (await LoadAsync(catalog)).Metadata.Properties.ContainsKey(mark);

    private Task<RestCatalog> OpenAsync(params (string Name, string Value)[] properties) => OpenAsync(TimeProvider.System, properties);

    private async Task<RestCatalog> OpenAsync(TimeProvider clock, params (string Name, string Value)[] properties)
    {
        await _server.StartAsync();
        IcebergTableOptions options = new() { CatalogUri = _server.Uri };
        options.CatalogProperties["credential"] = _server.Credential!;
        foreach ((string name, string value) in properties)
        {
            options.CatalogProperties[name] = value;
        }

        return RestCatalog.Create(options, clock);
    }
}
