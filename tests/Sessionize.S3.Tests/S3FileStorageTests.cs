using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Sessionize.Storage;
using Sessionize.Testing.Contracts;
using Xunit;

namespace Sessionize.S3.Tests;

/// <summary>The storage on a real server.</summary>
public sealed class S3FileStorageTests(S3Server server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("s3", "false")]
    [InlineData("s3a", "true")]
    public async Task VerifyAsync_RealServer_KeepsTheContract(string scheme, string checksums)
    {
        await server.StartAsync();
        Dictionary<string, string> properties = new(server.Properties) { ["s3.checksum-enabled"] = checksums };
        await FileStorageContract.VerifyAsync(() => new FileStoragePlace(() => new S3FileStorage(properties), scheme + server.NewLocation()[2..]), Token);
    }

    [Fact]
    public async Task Locations_ThreeSchemes_AreOnePlace()
    {
        await server.StartAsync();
        string place = server.NewLocation();
        await using S3FileStorage storage = new(server.Properties);
        await storage.WriteAsync($"{place}/f", "x"u8.ToArray(), Token);
        Assert.NotNull(await storage.TryReadAsync($"s3a{place[2..]}/f", Token));
        Assert.NotNull(await storage.TryReadAsync($"s3n{place[2..]}/f", Token));
    }

    [Fact]
    public async Task ProbeConditionalWritesAsync_RealServer_LeavesNothing()
    {
        await server.StartAsync();
        string place = server.NewLocation();
        await using S3FileStorage storage = new(server.Properties);
        await storage.ProbeConditionalWritesAsync(place, Token);
        await foreach (StoredFile file in storage.ListAsync(place, Token))
        {
            Assert.Fail(file.Location);
        }
    }

    [Fact]
    public async Task DisposeAsync_LargeFileGivenUp_LeavesNoParts()
    {
        await server.StartAsync();
        string place = server.NewLocation();
        await using S3FileStorage storage = new(server.Properties);
        StorageWriter writer = await storage.CreateAsync($"{place}/f", Token);
        await writer.Stream.WriteAsync(new byte[30_000_000], Token);
        using AmazonS3Client client = new(
            new BasicAWSCredentials(S3Server.AccessKey, S3Server.SecretKey), new AmazonS3Config { ServiceURL = server.Endpoint, ForcePathStyle = true });
        Assert.Single((await UploadsAsync()).MultipartUploads);
        await writer.DisposeAsync();
        Assert.Empty((await UploadsAsync()).MultipartUploads ?? []);

        Task<ListMultipartUploadsResponse> UploadsAsync() =>
            client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = S3Server.Bucket, Prefix = place[$"s3://{S3Server.Bucket}/".Length..] }, Token);
    }

    [Fact]
    public async Task OpenReadAsync_ObjectReplacedMeanwhile_IsNoticed()
    {
        await server.StartAsync();
        string location = server.NewLocation() + "/f";
        await using S3FileStorage storage = new(server.Properties);
        await storage.WriteAsync(location, new byte[500_000], Token);
        await using Stream stream = await storage.OpenReadAsync(location, Token);
        await storage.WriteAsync(location, Enumerable.Repeat((byte)1, 500_000).ToArray(), Token);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await stream.ReadExactlyAsync(new byte[1000], Token));
        Assert.Contains("replaced", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3.secret-access-key", "wrong", "s3.secret-access-key")]
    [InlineData("s3.access-key-id", "wrong", "s3.access-key-id")]
    public async Task Calls_WrongCredentials_NameTheSetting(string setting, string value, string says)
    {
        await server.StartAsync();
        await using S3FileStorage storage = new(new Dictionary<string, string>(server.Properties) { [setting] = value });
        foreach (SessionizeException failure in await FailuresAsync(storage, server.NewLocation()))
        {
            Assert.Contains(says, failure.Message, StringComparison.Ordinal);
            Assert.False(failure.IsTransient);
        }
    }

    [Fact]
    public async Task Calls_NoSuchBucket_NameIt()
    {
        await server.StartAsync();
        await using S3FileStorage storage = new(server.Properties);
        foreach (SessionizeException failure in await FailuresAsync(storage, "s3://nowhere-else/x"))
        {
            Assert.Contains("no bucket 'nowhere-else'", failure.Message, StringComparison.Ordinal);
            Assert.False(failure.IsTransient);
        }
    }

    [Fact]
    public async Task Calls_ServerIsAway_AreTransientAndWorkWhenItIsBack()
    {
        await using S3Server own = new();
        await own.StartAsync();
        string place = own.NewLocation();
        await using S3FileStorage storage = new(new Dictionary<string, string>(own.Properties) { ["s3.retry.num-retries"] = "1" });
        await storage.WriteAsync($"{place}/f", "x"u8.ToArray(), Token);
        await own.StopAsync();
        foreach (SessionizeException failure in await FailuresAsync(storage, place))
        {
            Assert.Contains(own.Endpoint, failure.Message, StringComparison.Ordinal);
            Assert.Contains("'s3.endpoint'", failure.Message, StringComparison.Ordinal);
            Assert.True(failure.IsTransient);
        }

        await own.RestartAsync();
        Assert.NotNull(await storage.TryReadAsync($"{place}/f", Token));
    }

    [Fact]
    public async Task Calls_Cancelled_AreCancelled()
    {
        await server.StartAsync();
        await using S3FileStorage storage = new(server.Properties);
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await storage.TryReadAsync("s3://b/x", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await storage.TryCreateAsync("s3://b/x", default, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await storage.DeleteAsync(["s3://b/x"], cancelled));
    }

    [Theory]
    [InlineData("/x")]
    [InlineData("s3:/x")]
    [InlineData("s3:///x")]
    [InlineData("gs://b/x")]
    public async Task Locations_NotOfS3_AreMisuse(string location)
    {
        await using S3FileStorage storage = new(new Dictionary<string, string>());
        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(async () => await storage.TryReadAsync(location, Token));
        Assert.Contains($"'{location}'", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<SessionizeException[]> FailuresAsync(S3FileStorage storage, string place)
    {
        Func<Task>[] calls =
        [
            async () => await storage.TryReadAsync($"{place}/f", Token),
            async () => await storage.OpenReadAsync($"{place}/f", Token),
            async () => await storage.TryCreateAsync($"{place}/g", "x"u8.ToArray(), Token),
            async () => await storage.WriteAsync($"{place}/g", "x"u8.ToArray(), Token),
            async () => await storage.DeleteAsync([$"{place}/f", $"{place}/g"], Token),
            async () => await storage.ProbeConditionalWritesAsync(place, Token),
            async () => await storage.ListAsync(place, Token).GetAsyncEnumerator(Token).MoveNextAsync(),
            async () =>
            {
                await using StorageWriter writer = await storage.CreateAsync($"{place}/small", Token);
                await writer.CompleteAsync(Token);
            },
            async () =>
            {
                await using StorageWriter writer = await storage.CreateAsync($"{place}/large", Token);
                await writer.Stream.WriteAsync(new byte[30_000_000], Token);
                await writer.CompleteAsync(Token);
            },
        ];
        return await Task.WhenAll(calls.Select(call => Assert.ThrowsAsync<SessionizeException>(call)));
    }
}
