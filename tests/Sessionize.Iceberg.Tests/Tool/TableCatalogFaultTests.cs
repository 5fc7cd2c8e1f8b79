using System.Net;
using System.Text.Json;
using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg.Tests.Sink;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.S3.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Tool;

/// <summary>A catalog or a store that is away, goes away, or does not take a commit, seen by who runs the tool.</summary>
public sealed class TableCatalogFaultTests(S3Server s3, RestCatalogServer rest, IceCheck java) : IAsyncDisposable
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int Unavailable = 5;
    private const int Users = 40;
    private const string Credential = "loader:hush-4711";

    private static readonly TimeSpan s_tokenLifetime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly TablePlaces _places = new(s3, rest);
    private readonly RestCatalogServer _server = new() { Credential = Credential, TokenLifetime = s_tokenLifetime };
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Postgres_GoesAwayInTheCommit_RowsOnceAndNoFileTooMany(bool isDone)
    {
        await using PostgresServer server = await PostgresServer.CreateDatabaseAsync();
        Uri address = new(server.Uri);
        await using BreakingProxy proxy = new(new IPEndPoint(IPAddress.Parse(address.Host), address.Port), "UPDATE iceberg_tables"u8.ToArray(), isDone);
        string uri = server.Uri.Replace($":{address.Port}/", $":{proxy.Port}/", StringComparison.Ordinal) + "?sslmode=disable";

        ToolResult run = Run("--run-id", "nightly", "--warehouse", "lake", "--catalog", "sql", "--catalog-uri", uri);

        Assert.True(run.ExitCode == Done, run.Error);
        Assert.True(proxy.IsBroken);
        TableAddress table = TableAddress.InSql(server.JdbcUri, "sessionize", _folder.File("lake"), "s.t", "--user", server.User, "--password", "");
        Assert.Equal(Users, await java.CountAsync(table));
        await java.VerifyAsync(table);
        Assert.Equal(2, Directory.GetFiles(_folder.File("lake/s/t/metadata"), "*.metadata.json").Length);
        Assert.Contains("The run 'nightly' is in", Run("--run-id", "nightly", "--warehouse", "lake", "--catalog", "sql", "--catalog-uri", uri).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--catalog rest --catalog-uri http://127.0.0.1:{0} --catalog-property credential=id:secret --catalog-property rest.client.max-retries=1", "Start the server, or correct")]
    [InlineData("--catalog sql --catalog-uri postgresql://loader:secret@127.0.0.1:{0}/lake", "Look whether the server runs, and host and port are right")]
    [InlineData(
        "--warehouse s3://b/lake --catalog-property s3.endpoint=http://127.0.0.1:{0} --catalog-property s3.access-key-id=k --catalog-property s3.secret-access-key=secret "
            + "--catalog-property s3.path-style-access=true --catalog-property s3.retry.num-retries=1",
        "Look whether it runs and 's3.endpoint' is right")]
    public void Connection_Refused_IsUnavailableAndSaysWhere(string options, string remedy)
    {
        int port = ComponentScript.FreePort();
        ToolResult refused = Run(options.Replace("{0}", $"{port}", StringComparison.Ordinal).Split(' '));

        ToolFailure.AssertIs(Unavailable, refused, $"127.0.0.1:{port}", remedy);
        Assert.DoesNotContain("secret", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["a-1.ndjson"], _folder.Names());
    }

    [Theory]
    [InlineData("/v2.metadata.json", S3Fault.DropAfter, 6, Done)]
    [InlineData("/v2.metadata.json", S3Fault.SlowDown, 6, Done)]
    [InlineData("-m0.avro", S3Fault.AccessDenied, 1, Failed)]
    [InlineData(".parquet", S3Fault.SlowDown, 100, Unavailable)]
    public async Task S3_FailsAtAFileOfTheCommit_EndsAsItShouldAndTheRunAgainIsOnce(string file, S3Fault fault, int times, int exitCode)
    {
        await using FaultyS3 store = new();
        string[] options =
        [
            "--run-id", "nightly", "--warehouse", "s3://b/lake", "--partition-by", "none",
            .. store.Properties(("s3.retry.num-retries", "1")).SelectMany(property => (string[])["--catalog-property", $"{property.Key}={property.Value}"]),
        ];
        store.FailNext("PUT", fault, times, file);

        ToolResult run = Run(options);

        store.Mend();
        TableAddress table = new("s3://b/lake/s/t", ["--s3-endpoint", store.Endpoint, "--access-key", "key", "--secret-key", "secret"]);
        if (exitCode == Done)
        {
            Assert.True(run.ExitCode == Done, run.Error);
        }
        else
        {
            ToolFailure.AssertIs(exitCode, run, "Cannot write 's3://b/lake/s/t/", file, $"S3 at {store.Endpoint}", exitCode == Failed ? "Give permission" : "Try again later");
            await java.VerifyAsync(table);
        }

        ToolResult again = Run(options);
        Assert.True(again.ExitCode == Done, again.Error);
        Assert.Equal(exitCode == Done, again.Error.Contains("The run 'nightly' is in", StringComparison.Ordinal));
        Assert.Equal(Users, await java.CountAsync(table));
        await java.VerifyAsync(table);
    }

    [Fact]
    public async Task Commit_LostEveryRace_IsUnavailableAndNothingIsLeft()
    {
        TablePlace place = (await _places.NewAsync(TablePlaceKind.RestLocal)).With(options =>
        {
            options.TableProperties["commit.retry.num-retries"] = "2";
            options.TableProperties["commit.retry.min-wait-ms"] = "1";
        });
        Assert.Empty(await SinkRows.ReadAsync(place, Token));
        string name = place.Options().Name;
        string path = $"/namespaces/{name.Split('.')[0]}/tables/";

        await rest.FaultAsync("409", count: 1000, path: path);
        ToolResult lost = Run(["--table", name, "--run-id", "nightly", .. TableArguments.Of(place)]);
        await rest.FaultAsync("409", count: 0);

        ToolFailure.AssertIs(Unavailable, lost, $"Others committed to {name} first each of 3 times, and nothing was written", "commit.retry.num-retries");
        Assert.Equal(0, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
        ToolResult again = Run(["--table", name, "--run-id", "nightly", .. TableArguments.Of(place)]);
        Assert.True(again.ExitCode == Done, again.Error);
        Assert.Equal(Users, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    [Fact]
    public async Task Token_ExpiresInTheMiddleOfTheRun_IsRenewedOrTheRunFailsWithTheRemedy()
    {
        await _server.StartAsync();

        // Both at once, as they wait for the same.
        string token = await NewTokenAsync();
        ToolResult[] ends = await Task.WhenAll(
            RunBeyondTheTokenAsync("renewed.sessions", $"credential={Credential}"), RunBeyondTheTokenAsync("given.sessions", $"token={token}"));

        Assert.True(ends[0].AssertCivil().ExitCode == Done, ends[0].Error);
        TableAddress renewed = TableAddress.InRest(_server, "renewed.sessions");
        Assert.Equal(1, await java.CountAsync(renewed));
        await java.VerifyAsync(renewed);
        ToolFailure.AssertIs(Failed, ends[1], "'given.sessions'", $"REST catalog '{_server.Uri}'", "'credential'", "'token'");
        Assert.DoesNotContain(token, ends[1].Error, StringComparison.Ordinal);
        TableAddress given = TableAddress.InRest(_server, "given.sessions");
        Assert.Equal(0, await java.CountAsync(given));
        await java.VerifyAsync(given);
    }

    public async ValueTask DisposeAsync()
    {
        await _places.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private ToolResult Run(params string[] options) => ToolProcess.Run(
        _folder.Path,
        ["batch", EventFiles.Write(_folder, "a", day: 1, Users), .. options.Contains("--table") ? (string[])[] : ["--table", "s.t"], .. options]).AssertCivil();

    /// <summary>A run whose input ends after the token that it opened the table with.</summary>
    private async Task<ToolResult> RunBeyondTheTokenAsync(string table, string property)
    {
        using System.Diagnostics.Process process = ToolProcess.Start(
            _folder.Path, "batch", "-", "--table", table, "--catalog", "rest", "--catalog-uri", _server.Uri, "--catalog-property", property);
        await process.StandardInput.WriteAsync(EventFiles.Line("u", 1_714_550_400_000));
        await process.StandardInput.FlushAsync(Token);
        string metadata = $"{_server.Warehouse}/{table.Replace('.', '/')}/metadata";
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(s_patience);
        while (!process.HasExited && !Directory.Exists(metadata))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        await Task.Delay(s_tokenLifetime, Token);
        return await Task.Run(() => ToolProcess.Finish(process, standardInput: null), Token);
    }

    private async Task<string> NewTokenAsync()
    {
        using HttpClient client = new();
        using FormUrlEncodedContent form = new(
            [new("grant_type", "client_credentials"), new("client_id", Credential.Split(':')[0]), new("client_secret", Credential.Split(':')[1]), new("scope", "catalog")]);
        using HttpResponseMessage answer = await client.PostAsync(new Uri($"{_server.Uri}/v1/oauth/tokens"), form, Token);
        return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Token)).GetProperty("access_token").GetString()!;
    }
}
