using Sessionize.Iceberg.Tests.Support;
using Sessionize.S3;
using Sessionize.S3.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>A store that fails, is slow and loses answers while a commit is made: each row is there once, and no file too many.</summary>
public sealed class S3CommitFaultTests(IceCheck java) : IAsyncDisposable
{
    private const string Table = "faults.sessions";

    // The third version: the first has no snapshot, and the second has the first commit.
    private const string Deciding = "/v3.metadata.json";

    // More often than the client asks again, and than the commit is tried again with it.
    private const int Often = 6;

    private readonly FaultyS3 _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PUT", Deciding, S3Fault.InternalErrorBefore, 1)]
    [InlineData("PUT", Deciding, S3Fault.Conflict, 3)]
    [InlineData("PUT", Deciding, S3Fault.HangAfter, 1)]
    [InlineData("PUT", Deciding, S3Fault.SlowDown, Often)]
    [InlineData("PUT", Deciding, S3Fault.InternalErrorAfter, Often)] // from here on the file is there, and only the table tells
    [InlineData("PUT", Deciding, S3Fault.DropAfter, Often)]
    [InlineData("PUT", Deciding, S3Fault.HangAfter, 2)]
    [InlineData("PUT", "/metadata/snap-", S3Fault.DropAfter, Often)]
    [InlineData("PUT", "-m0.avro", S3Fault.SlowDown, Often)]
    [InlineData("GET", "/metadata/snap-", S3Fault.CutAnswer, Often)]
    [InlineData("PUT", "version-hint.text", S3Fault.AccessDenied, 1)]
    [InlineData("PUT", ".parquet", S3Fault.DropAfter, 1)]
    public async Task Commit_TheStoreFails_RowsOnceAndNoFileTooMany(string method, string file, S3Fault fault, int times)
    {
        TablePlace place = Place();
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(5);
        _store.FailNext(method, fault, times, file);
        await driver.CommitAsync(5);
        _store.Mend();
        await driver.CommitAsync(5);

        Assert.Equal(driver.Committed.Order(), (await SinkRows.ReadAsync(place, Token)).Select(row => row.SessionId).Order());
        Assert.Equal(15, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    [Theory]
    [InlineData(".parquet", S3Fault.SlowDown, true, "Try again later")]
    [InlineData(".parquet", S3Fault.AccessDenied, false, "Give permission")]
    [InlineData("-m0.avro", S3Fault.AccessDenied, false, "Give permission")]
    public async Task Commit_TheStoreDoesNotTakeAFile_FailsAndLeavesNothing(string file, S3Fault fault, bool isTransient, string remedy)
    {
        TablePlace place = Place();
        await using (SinkDriver driver = await SinkDriver.OpenAsync(place, 0))
        {
            await driver.CommitAsync(5);
            string[] before = [.. _store.Objects.Keys.Order(StringComparer.Ordinal)];
            _store.FailNext("PUT", fault, times: 100, file);
            await driver.StageAsync(5);
            SinkCommit commit = driver.Next();
            SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await driver.Sink.CommitAsync(commit, Token));

            Assert.Equal(isTransient, failure.IsTransient);
            Assert.Contains(file, failure.Message, StringComparison.Ordinal);
            Assert.Contains(_store.Endpoint, failure.Message, StringComparison.Ordinal);
            Assert.Contains(remedy, failure.Message, StringComparison.Ordinal);
            Assert.False(await driver.Sink.HasCommittedAsync(commit, Token));
            await driver.Sink.DiscardAsync(Token);
            Assert.Equal(before, _store.Objects.Keys.Order(StringComparer.Ordinal));
            _store.Mend();
        }

        await using SinkDriver again = await SinkDriver.OpenAsync(place, 0);
        await again.CommitAsync(5);
        Assert.Equal(10, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private TablePlace Place()
    {
        Dictionary<string, string> properties = _store.Properties(("s3.request-timeout", "1"), ("s3.retry.num-retries", "1"));
        return new TablePlace(
            () => new IcebergTableOptions
            {
                Name = Table,
                Warehouse = "s3://b/lake",
                PartitionBy = "none",
                CatalogProperties = properties,
                Storages = { new S3FileStorageFactory() },
                TableProperties = { ["commit.retry.min-wait-ms"] = "1", ["commit.retry.max-wait-ms"] = "20" },
            },
            new TableAddress($"s3://b/lake/{Table.Replace('.', '/')}", ["--s3-endpoint", _store.Endpoint, "--access-key", "key", "--secret-key", "secret"]));
    }
}
