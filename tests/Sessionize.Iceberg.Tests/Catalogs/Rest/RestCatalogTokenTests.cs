using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>Tokens: how they are got, renewed, and refused.</summary>
public sealed class RestCatalogTokenTests : RestStubTests
{
    private const string Tokens = "POST /v1/oauth/tokens";

    [Fact]
    public async Task LoadAsync_Credential_GetsOneTokenAndSendsIt()
    {
        await using RestStub stub = Stub(TokenOf("t1", 3600));
        await using RestCatalog catalog = Open(stub, [("credential", "my id:se:cr&t"), ("scope", "PRINCIPAL_ROLE:ALL"), ("audience", "lake")]);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => LoadAsync(catalog)));

        StubCall call = Assert.Single(stub.CallsOf(Tokens));
        Assert.Equal("grant_type=client_credentials&client_id=my+id&client_secret=se%3Acr%26t&scope=PRINCIPAL_ROLE%3AALL&audience=lake", call.Body);
        Assert.Equal("application/x-www-form-urlencoded", call.Header("Content-Type"));
        Assert.All(stub.Calls.Where(made => made != call), made => Assert.Equal("Bearer t1", made.Header("Authorization")));
    }

    [Fact]
    public async Task LoadAsync_SecretAlone_IsSentWithoutAnId()
    {
        await using RestStub stub = Stub(TokenOf("t1", 3600));
        await using RestCatalog catalog = Open(stub, [("credential", "secret")]);

        await LoadAsync(catalog);

        Assert.Equal("grant_type=client_credentials&client_secret=secret&scope=catalog", Assert.Single(stub.CallsOf(Tokens)).Body);
    }

    [Theory]
    [InlineData("/auth/token")]
    [InlineData("full")]
    public async Task LoadAsync_TokenServerElsewhere_IsAsked(string place)
    {
        await using RestStub stub = Stub(new StubReply(500, ""));
        stub.On("POST /auth/token", TokenOf("t2", 3600));
        await using RestCatalog catalog = Open(stub, [("credential", "id:secret"), ("oauth2-server-uri", place == "full" ? $"{stub.Uri}/auth/token" : place)]);

        await LoadAsync(catalog);

        Assert.Equal("Bearer t2", stub.Calls[^1].Header("Authorization"));
        Assert.Empty(stub.CallsOf(Tokens));
    }

    [Fact]
    public async Task LoadAsync_TokenServerNamedByTheServer_IsAsked()
    {
        await using RestStub stub = Stub(TokenOf("first", 3600));
        stub.On("GET /v1/config", new StubReply(200, $$"""{"defaults":{"oauth2-server-uri":"{{stub.Uri}}/auth"},"overrides":{} }""")).On("POST /auth", TokenOf("second", 3600));
        await using RestCatalog catalog = Open(stub, [("credential", "id:secret")]);

        await LoadAsync(catalog);

        Assert.Equal("Bearer second", stub.Calls[^1].Header("Authorization"));
    }

    [Theory]
    [InlineData("http://me:secret@tokens.example/t", "user or password before '@tokens.example'", "'credential'")]
    [InlineData("https://secret@tokens.example:8443/t", "user or password before '@tokens.example'", "'credential'")]
    [InlineData("ftp://me:secret@tokens.example/t", "'ftp://me:***@tokens.example/t'", "http or https")]
    public void Open_TokenServerThatIsNoPlainAddress_IsRefusedWithoutTheSecret(string place, params string[] says)
    {
        IcebergTableOptions options = new()
        {
            Name = "a.t",
            Catalog = IcebergCatalogKind.Rest,
            CatalogUri = "http://h",
            CatalogProperties = { ["credential"] = "id:x", ["oauth2-server-uri"] = place },
        };
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => IcebergCatalogs.Open(options, TimeProvider.System));
        Assert.All([.. says, "'oauth2-server-uri'"], part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_TokenServerNamedByTheServerWithAPassword_IsRefusedWithoutIt()
    {
        await using RestStub stub = Stub(TokenOf("first", 3600));
        stub.On("GET /v1/config", new StubReply(200, """{"defaults":{"oauth2-server-uri":"http://me:secret@tokens.example/t"},"overrides":{}}"""));
        await using RestCatalog catalog = Open(stub, [("credential", "id:x")]);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(catalog));
        Assert.Contains("gives a setting that cannot be used", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'@tokens.example'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_TokenNearItsEnd_IsRenewedBefore()
    {
        await using RestStub stub = Stub(TokenOf("t1", 1000), TokenOf("t2", 1000));
        await using RestCatalog catalog = Open(stub, [("credential", "id:secret")]);

        await LoadAsync(catalog);
        Clock.Advance(TimeSpan.FromSeconds(890));
        await LoadAsync(catalog);
        Assert.Equal("Bearer t1", stub.Calls[^1].Header("Authorization"));
        Clock.Advance(TimeSpan.FromSeconds(20));
        await LoadAsync(catalog);
        Assert.Equal("Bearer t2", stub.Calls[^1].Header("Authorization"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(419)]
    public async Task CommitAsync_TokenRefused_IsSentOnceMoreWithANewOne(int status)
    {
        await using RestStub stub = Stub(TokenOf("t1", 3600), TokenOf("t2", 3600));
        stub.On($"POST {TablePath}", StubReply.Error(status, "AuthenticationTimeoutException", "expired"), Table());
        await using RestCatalog catalog = Open(stub, [("credential", "id:secret")]);

        CatalogCommit commit = await CommitAsync(catalog);

        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.Equal(["Bearer t1", "Bearer t2"], stub.CallsOf($"POST {TablePath}").Select(call => call.Header("Authorization")));
        Assert.Equal(2, stub.CallsOf(Tokens).Count);
    }

    [Fact]
    public async Task CommitAsync_EveryTokenRefused_IsRefusedAfterTwo()
    {
        await using RestStub stub = Stub(TokenOf("t1", 3600), TokenOf("t2", 3600));
        stub.On($"POST {TablePath}", StubReply.Error(401, "NotAuthorizedException", "who are you"));
        await using RestCatalog catalog = Open(stub, [("credential", "id:secret")]);

        CatalogCommit commit = await CommitAsync(catalog);

        Assert.Equal(CatalogCommitOutcome.Refused, commit.Outcome);
        Assert.Contains("who are you", commit.Reason, StringComparison.Ordinal);
        Assert.Equal(2, stub.CallsOf($"POST {TablePath}").Count);
    }

    [Fact]
    public async Task LoadAsync_TokenGiven_IsUsedUntilItIsRefusedAndThenTheCredential()
    {
        await using RestStub stub = Stub(TokenOf("t1", 3600));
        stub.On($"GET {TablePath}", Table(), StubReply.Error(401, "NotAuthorizedException", "old"), Table());
        await using RestCatalog catalog = Open(stub, [("token", "given"), ("credential", "id:secret")]);

        await LoadAsync(catalog);
        Assert.Equal("Bearer given", stub.Calls[^1].Header("Authorization"));
        Assert.Empty(stub.CallsOf(Tokens));
        await LoadAsync(catalog);
        Assert.Equal("Bearer t1", stub.Calls[^1].Header("Authorization"));
    }

    [Fact]
    public async Task LoadAsync_GivenTokenRefusedAndNoCredential_FailsWithTheRemedy()
    {
        await using RestStub stub = Stub();
        stub.On("GET /v1/config", StubReply.Error(401, "NotAuthorizedException", "expired"));
        await using RestCatalog catalog = Open(stub, [("token", "given")]);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(catalog));

        Assert.False(failure.IsTransient);
        Assert.Contains("'token'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("given", failure.Message, StringComparison.Ordinal);
        Assert.Single(stub.Calls);
    }

    [Fact]
    public async Task LoadAsync_WrongSecret_FailsForGoodWithTheClientAndWithoutTheSecret()
    {
        await using RestStub stub = Stub(new StubReply(401, """{"error":"invalid_client","error_description":"wrong client id or secret"}"""));
        await using RestCatalog catalog = Open(stub, [("credential", "my-id:top-secret")]);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(catalog));

        Assert.False(failure.IsTransient);
        Assert.Contains("'my-id'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("invalid_client: wrong client id or secret", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'credential'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("top-secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    public async Task LoadAsync_TokenServerIsNone_FailsWithTheProperty(string body)
    {
        await using RestStub stub = Stub(new StubReply(200, body));
        await using RestCatalog catalog = Open(stub, [("credential", "id:secret")]);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(() => LoadAsync(catalog));

        Assert.Contains("'oauth2-server-uri'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_BasicAuthentication_SendsUserAndPassword()
    {
        await using RestStub stub = Stub();
        await using RestCatalog catalog = Open(stub, [("rest.auth.type", "basic"), ("rest.auth.basic.username", "me"), ("rest.auth.basic.password", "pä")]);

        await LoadAsync(catalog);

        Assert.All(stub.Calls, call => Assert.Equal("Basic bWU6cMOk", call.Header("Authorization")));
    }

    private static RestStub Stub(params StubReply[] tokens)
    {
        RestStub stub = new();
        stub.On($"GET {TablePath}", Table()).On($"POST {TablePath}", Table()).On(Tokens, tokens);
        return stub;
    }

    private static StubReply TokenOf(string token, int seconds) =>
        new(200, $$"""{"access_token":"{{token}}","token_type":"bearer","expires_in":{{seconds}}}""");
}
