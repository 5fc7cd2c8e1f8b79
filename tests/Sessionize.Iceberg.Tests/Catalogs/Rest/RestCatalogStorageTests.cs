using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>The storages of tables: their settings, and credentials that the server gives and renews.</summary>
public sealed class RestCatalogStorageTests : RestStubTests
{
    private const string Location = "s3://lake/wh/t";
    private const string CredentialsPath = $"{TablePath}/credentials";
    private const string Endpoints = "\"GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials\"";

    private readonly RecordingStorages _storages = new();

    [Fact]
    public async Task LoadAsync_LongestPrefix_WinsOverTheTableAndTheCatalog()
    {
        await using RestStub stub = new();
        stub.On($"GET {TablePath}", Table(Location, """
            ,"config":{"s3.endpoint":"http://table","s3.access-key-id":"table"},"storage-credentials":[
            {"prefix":"s3://lake/","config":{"s3.access-key-id":"short"}},
            {"prefix":"s3://lake/wh","config":{"s3.access-key-id":"long","s3.session-token":"x"}},
            {"prefix":"s3://lake/wh/other","config":{"s3.access-key-id":"other"}}]
            """));
        await using RestCatalog catalog = Open(stub, [("s3.endpoint", "http://catalog"), ("s3.path-style-access", "true"), ("token", "secret")], _storages);

        await UseAsync(await LoadAsync(catalog));

        IReadOnlyDictionary<string, string> settings = Assert.Single(_storages.Settings);
        Assert.Equal("http://table", settings["s3.endpoint"]);
        Assert.Equal("long", settings["s3.access-key-id"]);
        Assert.Equal("x", settings["s3.session-token"]);
        Assert.Equal("true", settings["s3.path-style-access"]);
        Assert.DoesNotContain("secret", settings.Values);
    }

    [Fact]
    public async Task Refresh_ServerAnswersIt_AsksForCredentialsOnly()
    {
        await using RestStub stub = new($$"""{"defaults":{},"overrides":{},"endpoints":[{{Endpoints}}]}""");
        stub.On($"GET {TablePath}", Table(Location, Vended("old"))).On($"GET {CredentialsPath}", new StubReply(200, $"{{{Vended("new")[1..]}}}"));

        Assert.Equal("new", (await RefreshedAsync(stub))["s3.access-key-id"]);

        Assert.Single(stub.CallsOf($"GET {TablePath}"));
        Assert.Single(stub.CallsOf($"GET {CredentialsPath}"));
    }

    [Fact]
    public async Task Refresh_ServerDoesNotAnswerIt_LoadsTheTableAgain()
    {
        await using RestStub stub = new("""{"defaults":{},"overrides":{},"endpoints":["GET /v1/{prefix}/namespaces"]}""");
        stub.On($"GET {TablePath}", Table(Location, Vended("old")), Table(Location, Vended("new")));

        Assert.Equal("new", (await RefreshedAsync(stub))["s3.access-key-id"]);

        Assert.Empty(stub.CallsOf($"GET {CredentialsPath}"));
        Assert.Equal("vended-credentials", stub.Calls[^1].Header("X-Iceberg-Access-Delegation"));
    }

    [Fact]
    public async Task Refresh_ServerDoesNotTell_TriesBoth()
    {
        await using RestStub stub = new();
        stub.On($"GET {TablePath}", Table(Location, Vended("old")), Table(Location, Vended("new")));

        Assert.Equal("new", (await RefreshedAsync(stub))["s3.access-key-id"]);

        Assert.Single(stub.CallsOf($"GET {CredentialsPath}"));
    }

    [Fact]
    public async Task Refresh_TableNamesAPlace_AsksThere()
    {
        await using RestStub stub = new();
        stub.On($"GET {TablePath}", Table(Location, """
            ,"config":{"client.refresh-credentials-endpoint":"v1/mine/credentials","s3.access-key-id":"old"}
            """)).On("GET /v1/mine/credentials", new StubReply(200, $"{{{Vended("new")[1..]}}}"));

        Assert.Equal("new", (await RefreshedAsync(stub))["s3.access-key-id"]);
    }

    [Theory]
    [InlineData(403, false)]
    [InlineData(503, true)]
    public async Task Refresh_Refused_FailsWithTheTable(int status, bool isTransient)
    {
        await using RestStub stub = new($$"""{"defaults":{},"overrides":{},"endpoints":[{{Endpoints}}]}""");
        stub.On($"GET {TablePath}", Table(Location, Vended("old"))).On($"GET {CredentialsPath}", StubReply.Error(status, "ForbiddenException", "not any more"));

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => RefreshedAsync(stub));

        Assert.Equal(isTransient, failure.IsTransient);
        Assert.Contains("'sessions.t'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("not any more", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refresh_AnswerIsSomethingElse_FailsWithThePlace()
    {
        await using RestStub stub = new($$"""{"defaults":{},"overrides":{},"endpoints":[{{Endpoints}}]}""");
        stub.On($"GET {TablePath}", Table(Location, Vended("old"))).On($"GET {CredentialsPath}", new StubReply(200, "<html>login</html>"));

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => RefreshedAsync(stub));

        Assert.Contains(CredentialsPath, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_SeveralPrefixes_ChoosesByTheLocationThatIsAskedFor()
    {
        await using RestStub stub = new();
        stub.On($"GET {TablePath}", Table(Location, """
            ,"config":{"s3.access-key-id":"table"},"storage-credentials":[
            {"prefix":"s3://lake/wh","config":{"s3.access-key-id":"metadata"}},
            {"prefix":"s3://data/","config":{"s3.access-key-id":"data"}}]
            """));
        await using RestCatalog catalog = Open(stub, storages: _storages);
        CatalogTable table = await LoadAsync(catalog);

        await table.Storage.TryReadAsync("s3://data/1.parquet", Token);
        await table.Storage.TryReadAsync($"{Location}/metadata/1.avro", Token);
        await table.Storage.TryReadAsync("s3://other/x", Token);

        Assert.Equal(["data", "metadata", "table"], _storages.Settings.Select(settings => settings["s3.access-key-id"]));
    }

    [Fact]
    public async Task LoadAsync_TableHasATokenOfItsOwn_IsUsedForTheTable()
    {
        await using RestStub stub = new();
        stub.On($"GET {TablePath}", Table(Location, ""","config":{"token":"of-the-table"}"""));
        await using RestCatalog catalog = Open(stub, [("token", "of-the-catalog")], _storages);

        CatalogTable table = await LoadAsync(catalog);
        await Record.ExceptionAsync(async () => await catalog.CommitAsync(table, [], [], Token));

        Assert.Equal("Bearer of-the-catalog", stub.CallsOf($"GET {TablePath}").Single().Header("Authorization"));
        Assert.Equal("Bearer of-the-table", stub.CallsOf($"POST {TablePath}").First().Header("Authorization"));
    }

    [Fact]
    public async Task LoadAsync_OnlyCredentialsChanged_KeepsTheStorage()
    {
        await using RestStub stub = new();
        stub.On($"GET {TablePath}", Table(Location, Vended("1")), Table(Location, Vended("2")), Table(Location, Vended("3", "http://moved")));
        RestCatalog catalog = Open(stub, storages: _storages);

        CatalogTable first = await LoadAsync(catalog), second = await LoadAsync(catalog), third = await LoadAsync(catalog);
        await UseAsync(first);
        await UseAsync(third);

        Assert.Same(first.Storage, second.Storage);
        Assert.NotSame(first.Storage, third.Storage);
        Assert.Equal(0, _storages.Closed);
        await catalog.DisposeAsync();
        Assert.Equal(2, _storages.Closed);
    }

    private static string Vended(string key, string endpoint = "http://s3") =>
        $$$""","storage-credentials":[{"prefix":"s3://lake","config":{"s3.access-key-id":"{{{key}}}","s3.secret-access-key":"{{{key}}}","s3.endpoint":"{{{endpoint}}}"}}]""";

    private static async Task UseAsync(CatalogTable table) => await table.Storage.TryReadAsync($"{Location}/x", Token);

    private async Task<IReadOnlyDictionary<string, string>> RefreshedAsync(RestStub stub)
    {
        await using RestCatalog catalog = Open(stub, storages: _storages);
        await UseAsync(await LoadAsync(catalog));
        return await _storages.Refreshes.Single()(Token);
    }
}
