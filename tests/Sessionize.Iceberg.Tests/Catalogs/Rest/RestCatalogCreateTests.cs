using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>Creating tables, and their namespaces where need be.</summary>
public sealed class RestCatalogCreateTests : RestStubTests
{
    private const string Create = "POST /v1/namespaces/sessions/tables";
    private const string Namespaces = "POST /v1/namespaces";

    private static readonly StubReply s_noNamespace = StubReply.Error(404, "NoSuchNamespaceException", "Namespace does not exist");
    private static readonly StubReply s_taken = StubReply.Error(409, "AlreadyExistsException", "it is there");

    [Fact]
    public async Task CreateAsync_NamespaceIsThere_OneCall()
    {
        await using RestStub stub = new();
        stub.On(Create, Table());
        await using RestCatalog catalog = Open(stub);

        CatalogTable? table = await catalog.CreateAsync(s_name, Creation(), Token);

        Assert.Equal("/nowhere/t", table!.Metadata.Location);
        StubCall call = stub.Calls[^1];
        Assert.Equal(2, stub.Calls.Count);
        Assert.Contains("\"stage-create\":false", call.Body, StringComparison.Ordinal);
        Assert.Equal("vended-credentials", call.Header("X-Iceberg-Access-Delegation"));
    }

    [Fact]
    public async Task CreateAsync_NoNamespace_CreatesIt()
    {
        await using RestStub stub = new();
        stub.On(Create, s_noNamespace, Table()).On(Namespaces, new StubReply(200, "{}"));
        await using RestCatalog catalog = Open(stub);

        Assert.NotNull(await catalog.CreateAsync(s_name, Creation(), Token));
        Assert.Equal("""{"namespace":["sessions"],"properties":{}}""", Assert.Single(stub.CallsOf(Namespaces)).Body);
    }

    [Fact]
    public async Task CreateAsync_AnotherCreatesTheNamespaceFirst_GoesOn()
    {
        await using RestStub stub = new();
        stub.On(Create, s_noNamespace, Table()).On(Namespaces, s_taken);
        await using RestCatalog catalog = Open(stub);

        Assert.NotNull(await catalog.CreateAsync(s_name, Creation(), Token));
    }

    [Fact]
    public async Task CreateAsync_NamespacesAboveAreMissing_CreatesThemFromTheTop()
    {
        await using RestStub stub = new();
        StubReply made = new(200, "{}");
        stub.On("POST /v1/namespaces/a%1Fb%1Fc/tables", s_noNamespace, Table()).On(Namespaces, s_noNamespace, s_taken, made, made);
        await using RestCatalog catalog = Open(stub);

        Assert.NotNull(await catalog.CreateAsync(TableName.Parse("a.b.c.t"), Creation(), Token));

        Assert.Equal(
            ["""["a","b","c"]""", """["a"]""", """["a","b"]""", """["a","b","c"]"""],
            stub.CallsOf(Namespaces).Select(call => call.Body["{\"namespace\":".Length..call.Body.IndexOf(",\"properties", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task CreateAsync_NoRightToCreateNamespaces_FailsWithTheRemedy()
    {
        await using RestStub stub = new();
        stub.On(Create, s_noNamespace).On(Namespaces, StubReply.Error(403, "ForbiddenException", "not you"));
        await using RestCatalog catalog = Open(stub);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await catalog.CreateAsync(s_name, Creation(), Token));

        Assert.False(failure.IsTransient);
        Assert.Contains("namespace 'sessions'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("create it by other means", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateAsync_TableIsThere_GivesNull()
    {
        await using RestStub stub = new();
        stub.On(Create, s_taken);
        await using RestCatalog catalog = Open(stub);

        Assert.Null(await catalog.CreateAsync(s_name, Creation(), Token));
    }

    [Theory]
    [InlineData(400, false)]
    [InlineData(403, false)]
    [InlineData(503, true)]
    public async Task CreateAsync_Failure_SaysWhetherItIsForGood(int status, bool isTransient)
    {
        await using RestStub stub = new();
        stub.On(Create, StubReply.Error(status, "SomeException", "because of this"));
        await using RestCatalog catalog = Open(stub);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await catalog.CreateAsync(s_name, Creation(), Token));

        Assert.Equal(isTransient, failure.IsTransient);
        Assert.Contains("because of this", failure.Message, StringComparison.Ordinal);
        Assert.Single(stub.CallsOf(Create));
    }
}
