using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>A REST catalog that fails at a commit, before or after having done it: each row is there once, and the pipeline goes on.</summary>
/// <remarks>With a server of its own, so that faults meet nobody else.</remarks>
public sealed class RestFaultTests(IceCheck java, RestCatalogServer server) : IClassFixture<RestCatalogServer>
{
    private static int s_tables;

    [Theory]
    [InlineData("409", 1)]
    [InlineData("409", 4)]
    [InlineData("500-before", 1)]
    [InlineData("503-before", 2)]
    [InlineData("429", 2)]
    [InlineData("500-after", 1)]
    [InlineData("502-after", 1)]
    [InlineData("503-after", 1)]
    [InlineData("504-after", 1)]
    public async Task Commit_TheServerFails_RowsOnceAndNoOrphan(string mode, int count)
    {
        TablePlace place = await NewAsync();
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(5);
        await server.FaultAsync(mode, count);
        await driver.CommitAsync(5);
        await driver.CommitAsync(5);
        Assert.Equal(15, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    [Fact]
    public async Task Commit_DoneAfterTheTimeLimit_IsFoundByItsId()
    {
        // Long enough for every call that is not made slow, on a machine that is busy elsewhere.
        TablePlace place = (await NewAsync()).With(options => options.CatalogProperties["rest.client.socket-timeout-ms"] = "8000");
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(5);
        await server.FaultAsync("slow", delay: TimeSpan.FromSeconds(20));
        string[] ids = await driver.StageAsync(5);
        SinkCommit commit = driver.Next();
        SinkCommitOutcome outcome = await driver.Sink.CommitAsync(commit, TestContext.Current.CancellationToken);
        Assert.Equal(SinkCommitOutcome.Committed, outcome);
        driver.Take(commit, ids);
        await driver.CommitAsync(5);
        Assert.Equal(15, await java.CountAsync(place.Address));

        // The slow try may come last and be refused by then; its list was kept until that was certain.
        await java.VerifyAsync(place.Address, "--allow-orphans");
    }

    [Fact]
    public async Task Commit_TheServerGoesAwayAndComesBack_GoesOn()
    {
        TablePlace place = await NewAsync();
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(5);
        await server.StopAsync();
        string[] ids = await driver.StageAsync(5);
        SinkCommit commit = driver.Next();
        Task<SinkCommitOutcome> committing = driver.Sink.CommitAsync(commit, TestContext.Current.CancellationToken).AsTask();
        await server.RestartAsync();
        Assert.Equal(SinkCommitOutcome.Committed, await committing);
        driver.Take(commit, ids);
        await driver.CommitAsync(5);
        Assert.Equal(15, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    [Theory]
    [InlineData("503-before", false)]
    [InlineData("503-after", true)]
    public async Task Commit_TheServerFailsMoreOftenThanIsTried_IsGivenUpAndCanBeLookedUp(string mode, bool isMade)
    {
        TablePlace place = (await NewAsync()).With(options =>
        {
            options.TableProperties["commit.retry.num-retries"] = "0";
            options.TableProperties["commit.retry.min-wait-ms"] = "1";
        });
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(5);
        string[] ids = await driver.StageAsync(5);
        SinkCommit commit = driver.Next();
        await server.FaultAsync(mode, 1);

        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
            () => driver.Sink.CommitAsync(commit, TestContext.Current.CancellationToken).AsTask());

        // Or else the pipeline would begin all tries anew.
        Assert.True(failure.AreRetriesUsedUp, failure.Message);
        Assert.True(failure.IsTransient);
        Assert.Equal(isMade, await driver.Sink.HasCommittedAsync(commit, TestContext.Current.CancellationToken));
        Assert.Equal(SinkCommitOutcome.Committed, await driver.Sink.CommitAsync(commit, TestContext.Current.CancellationToken));
        driver.Take(commit, ids);
        await driver.CommitAsync(5);
        Assert.Equal(15, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    private async Task<TablePlace> NewAsync()
    {
        await server.StartAsync();
        string name = $"faults.sessions{Interlocked.Increment(ref s_tables)}";
        return new TablePlace(() => new IcebergTableOptions { Name = name, Catalog = IcebergCatalogKind.Rest, CatalogUri = server.Uri }, TableAddress.InRest(server, name));
    }
}
