using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Catalogs.Rest;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs.Rest;

/// <summary>The outcomes of commits: what is known, what is not, and how often a commit is sent.</summary>
public sealed class RestCatalogCommitTests : RestStubTests
{
    private const string Commit = $"POST {TablePath}";

    [Fact]
    public async Task CommitAsync_200_IsCommittedWithWhatTheServerSays()
    {
        await using RestStub stub = Stub(Table("/elsewhere/t"));
        await using RestCatalog catalog = Open(stub);

        CatalogCommit commit = await CommitAsync(catalog);

        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.Equal("/elsewhere/t/metadata/0.metadata.json", commit.Table!.MetadataLocation);
        Assert.Equal("/elsewhere/t", commit.Table.Metadata.Location);
        StubCall sent = Assert.Single(stub.CallsOf(Commit));
        Assert.Contains("\"action\":\"set-properties\"", sent.Body, StringComparison.Ordinal);
        Assert.StartsWith("application/json", sent.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Null(sent.Header("Idempotency-Key"));
        Assert.Null(sent.Header("Authorization"));
    }

    [Fact]
    public async Task CommitAsync_409_IsAConflictThatSaysWhy()
    {
        await using RestStub stub = Stub(StubReply.Error(409, "CommitFailedException", "ref main has changed"));
        await using RestCatalog catalog = Open(stub);

        CatalogCommit commit = await CommitAsync(catalog);

        Assert.Equal(CatalogCommitOutcome.Conflict, commit.Outcome);
        Assert.Contains("ref main has changed", commit.Reason, StringComparison.Ordinal);
        Assert.Single(stub.CallsOf(Commit));
    }

    [Theory]
    [InlineData(400, "does not take")]
    [InlineData(401, "'credential'")]
    [InlineData(403, "Grant the client the right to change the table")]
    [InlineData(404, "'warehouse'")]
    [InlineData(406, "does not take")]
    [InlineData(422, "does not take")]
    [InlineData(501, "does not take")]
    public async Task CommitAsync_RefusingStatus_IsRefusedWithTheServersWordsAndARemedy(int status, string remedy)
    {
        await using RestStub stub = Stub(StubReply.Error(status, "SomeException", "because of this"));
        await using RestCatalog catalog = Open(stub);

        CatalogCommit commit = await CommitAsync(catalog);

        Assert.Equal(CatalogCommitOutcome.Refused, commit.Outcome);
        Assert.Contains($"'SomeException: because of this' (HTTP {status})", commit.Reason, StringComparison.Ordinal);
        Assert.Contains(stub.Uri, commit.Reason, StringComparison.Ordinal);
        Assert.Contains("'sessions.t'", commit.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, commit.Reason, StringComparison.Ordinal);
        Assert.Single(stub.CallsOf(Commit));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(408)]
    [InlineData(520)]
    public async Task CommitAsync_StatusThatLeavesItOpen_ThrowsAndIsSentOnce(int status)
    {
        await using RestStub stub = Stub(new StubReply(status, "<html><title>bad gateway</title></html>") { Headers = [("Retry-After", "1")] }, Table());
        await using RestCatalog catalog = Open(stub);

        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(() => CommitAsync(catalog));

        Assert.True(unknown.IsTransient);
        Assert.Contains("may have been made or not", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("bad gateway", unknown.Message, StringComparison.Ordinal);
        Assert.Single(stub.CallsOf(Commit));
    }

    [Fact]
    public async Task CommitAsync_ConnectionBreaksAfterItWasSent_ThrowsAndIsSentOnce()
    {
        await using RestStub stub = Stub(StubReply.Broken, Table());
        await using RestCatalog catalog = Open(stub);

        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(() => CommitAsync(catalog));

        Assert.True(unknown.IsTransient);
        Assert.Contains("broke", unknown.Message, StringComparison.Ordinal);
        Assert.Single(stub.CallsOf(Commit));
    }

    [Fact]
    public async Task CommitAsync_NoAnswerInTime_ThrowsAndIsSentOnce()
    {
        TaskCompletionSource never = new();
        await using RestStub stub = Stub(Table() with { Until = never.Task });
        IcebergTableOptions options = new() { CatalogUri = stub.Uri };
        options.CatalogProperties["rest.client.socket-timeout-ms"] = "300";
        await using RestCatalog catalog = RestCatalog.Create(options, TimeProvider.System);

        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(() => CommitAsync(catalog));

        Assert.True(unknown.IsTransient);
        Assert.Contains("no answer within 300 ms", unknown.Message, StringComparison.Ordinal);
        Assert.Single(stub.CallsOf(Commit));
        never.SetResult();
    }

    [Fact]
    public async Task CommitAsync_Cancelled_ThrowsCancellation()
    {
        TaskCompletionSource never = new();
        await using RestStub stub = Stub(Table() with { Until = never.Task });
        await using RestCatalog catalog = Open(stub);
        CatalogTable table = await LoadAsync(catalog);
        using CancellationTokenSource stop = new();

        Task<CatalogCommit> commit = catalog.CommitAsync(table, [], [], stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => commit);
        never.SetResult();
    }

    [Fact]
    public async Task CommitAsync_429_IsSentAgainWhenTheServerWants()
    {
        await using RestStub stub = Stub(
            new StubReply(429, "") { Headers = [("Retry-After", "7")] },
            new StubReply(429, "") { Headers = [("Retry-After", "3600")] },
            new StubReply(429, ""),
            Table());
        await using RestCatalog catalog = Open(stub);

        CatalogCommit commit = await CommitAsync(catalog);

        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.Equal(4, stub.CallsOf(Commit).Count);
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromMinutes(1)], Clock.Waits.Take(2));
    }

    [Fact]
    public async Task CommitAsync_429ForEver_IsAConflictAsNothingHasChanged()
    {
        await using RestStub stub = Stub(new StubReply(429, "slow down"));
        await using RestCatalog catalog = Open(stub, [("rest.client.max-retries", "3")]);

        CatalogCommit commit = await CommitAsync(catalog);

        Assert.Equal(CatalogCommitOutcome.Conflict, commit.Outcome);
        Assert.Contains("slow down", commit.Reason, StringComparison.Ordinal);
        Assert.Equal(4, stub.CallsOf(Commit).Count);
        Assert.Equal(3, Clock.Waits.Count);
        Assert.All(Clock.Waits.Zip([0.1, 0.2, 0.4]), pair => Assert.InRange(pair.First.TotalSeconds, pair.Second / 2, pair.Second));
    }

    [Fact]
    public async Task CommitAsync_ConnectionRefused_IsAConflictAsNothingHasChanged()
    {
        await using RestStub stub = Stub(Table());
        await using RestCatalog catalog = Open(stub);
        CatalogTable table = await LoadAsync(catalog);
        await stub.DisposeAsync();

        CatalogCommit commit = await catalog.CommitAsync(table, [], [], Token);

        Assert.Equal(CatalogCommitOutcome.Conflict, commit.Outcome);
        Assert.Contains("no connection", commit.Reason, StringComparison.Ordinal);
        Assert.Contains("Start the server", commit.Reason, StringComparison.Ordinal);
        Assert.Equal(5, Clock.Waits.Count);
    }

    [Fact]
    public async Task CommitAsync_200WithSomethingElse_ThrowsAsTheOutcomeIsToBeLookedUp()
    {
        await using RestStub stub = Stub(new StubReply(200, "<html>login</html>"));
        await using RestCatalog catalog = Open(stub);

        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(() => CommitAsync(catalog));

        Assert.True(unknown.IsTransient);
        Assert.Contains("not one of an Iceberg REST catalog", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommitAsync_ServerThatTakesIdempotencyKeys_IsSentAgainWithTheSameKey()
    {
        await using RestStub stub = new("""{"defaults":{},"overrides":{},"idempotency-key-lifetime":"PT30M"}""");
        stub.On($"GET {TablePath}", Table()).On(Commit, new StubReply(503, ""), StubReply.Broken, Table());
        await using RestCatalog catalog = Open(stub);

        Assert.Equal(CatalogCommitOutcome.Committed, (await CommitAsync(catalog)).Outcome);
        Assert.Equal(CatalogCommitOutcome.Committed, (await CommitAsync(catalog)).Outcome);

        string?[] keys = [.. stub.CallsOf(Commit).Select(call => call.Header("Idempotency-Key"))];
        Assert.Equal(4, keys.Length);
        Assert.Single(keys.Take(3).Distinct());
        Assert.NotEqual(keys[0], keys[3]);
        Assert.Equal(7, Guid.Parse(keys[0]!).Version);
    }

    private static RestStub Stub(params StubReply[] commits)
    {
        RestStub stub = new();
        stub.On($"GET {TablePath}", Table()).On(Commit, commits);
        return stub;
    }
}
