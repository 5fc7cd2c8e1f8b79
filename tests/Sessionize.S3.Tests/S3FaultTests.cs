using System.Text;
using Sessionize.S3.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.S3.Tests;

/// <summary>What comes out when the store fails, is slow, or loses answers.</summary>
public sealed class S3FaultTests : IAsyncLifetime
{
    private const string Location = "s3://b/t/f";

    private readonly FaultyS3 _store = new();
    private S3FileStorage? _storage;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private S3FileStorage Storage => _storage!;

    public ValueTask InitializeAsync()
    {
        _storage = new S3FileStorage(_store.Properties(("s3.request-timeout", "5"), ("s3.retry.num-retries", "2")));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Theory]
    [InlineData(S3Fault.InternalErrorBefore)]
    [InlineData(S3Fault.SlowDown)]
    [InlineData(S3Fault.DropBefore)]
    [InlineData(S3Fault.Conflict)]
    [InlineData(S3Fault.InternalErrorAfter)] // from here on the second request finds the file that the first made
    [InlineData(S3Fault.DropAfter)]
    public async Task TryCreateAsync_FailsOnce_SucceedsOnceForAll(S3Fault fault)
    {
        _store.FailNext("PUT", fault);
        Assert.True(await Storage.TryCreateAsync(Location, "mine"u8.ToArray(), Token));
        Assert.Equal("mine", Text());
        Assert.False(await Storage.TryCreateAsync(Location, "other"u8.ToArray(), Token));
        Assert.Equal("mine", Text());
    }

    [Fact]
    public async Task TryCreateAsync_SlowBeyondTheTimeOutAfterHavingDoneIt_RecognisesItsFile()
    {
        await using S3FileStorage impatient = new(_store.Properties(("s3.request-timeout", "1"), ("s3.retry.num-retries", "2")));
        _store.FailNext("PUT", S3Fault.HangAfter);
        Assert.True(await impatient.TryCreateAsync(Location, "mine"u8.ToArray(), Token));
        Assert.Equal(2, _store.Count("PUT"));
    }

    [Theory]
    [InlineData(S3Fault.InternalErrorAfter)]
    [InlineData(S3Fault.DropAfter)]
    public async Task TryCreateAsync_OtherWasFaster_IsFalseHoweverAnswersGetLost(S3Fault fault)
    {
        await Storage.WriteAsync(Location, "theirs"u8.ToArray(), Token);
        _store.FailNext("PUT", fault);
        Assert.False(await Storage.TryCreateAsync(Location, "mine"u8.ToArray(), Token));
        Assert.Equal("theirs", Text());
    }

    [Fact]
    public async Task TryCreateAsync_ConflictsOfARace_AreAskedAgain()
    {
        _store.FailNext("PUT", S3Fault.Conflict, times: 4);
        Assert.True(await Storage.TryCreateAsync(Location, "mine"u8.ToArray(), Token));
        Assert.Equal(5, _store.Count("PUT"));
    }

    [Theory]
    [InlineData(S3Fault.InternalErrorBefore)]
    [InlineData(S3Fault.SlowDown)]
    [InlineData(S3Fault.DropBefore)]
    [InlineData(S3Fault.DropAfter)]
    public async Task TryCreateAsync_FailsAgainAndAgain_IsUnknownAndTransient(S3Fault fault)
    {
        _store.FailNext("PUT", fault, times: 20);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await Storage.TryCreateAsync(Location, "mine"u8.ToArray(), Token));
        Assert.True(failure.IsTransient);
        Assert.Contains(Location, failure.Message, StringComparison.Ordinal);
        Assert.Contains(_store.Endpoint, failure.Message, StringComparison.Ordinal);

        // The transport repeats what a broken connection took, beside the client's own two repetitions.
        Assert.InRange(_store.Count("PUT"), 3, 20);
    }

    [Fact]
    public async Task Calls_NoPermission_SayWhichAndAreNotTransient()
    {
        _store.FailNext("GET", S3Fault.AccessDenied);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await Storage.TryReadAsync(Location, Token));
        Assert.False(failure.IsTransient);
        Assert.Contains("Give permission", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryReadAsync_AnswerBreaksOff_IsReadAgain()
    {
        byte[] content = Bytes(200_000);
        await Storage.WriteAsync(Location, content, Token);
        _store.FailNext("GET", S3Fault.CutAnswer, times: 2);
        Assert.Equal(content, (await Storage.TryReadAsync(Location, Token))!.Value.ToArray());

        _store.FailNext("GET", S3Fault.CutAnswer, times: 2);
        await using Stream stream = await Storage.OpenReadAsync(Location, Token);
        byte[] read = new byte[content.Length];
        await stream.ReadExactlyAsync(read.AsMemory(0, 100_000), Token);
        _store.FailNext("GET", S3Fault.CutAnswer, times: 2);
        await stream.ReadExactlyAsync(read.AsMemory(100_000), Token);
        Assert.Equal(content, read);
    }

    [Fact]
    public async Task TryReadAsync_AnswersBreakOffAgainAndAgain_IsTransient()
    {
        await Storage.WriteAsync(Location, Bytes(200_000), Token);
        _store.FailNext("GET", S3Fault.CutAnswer, times: 20);
        Assert.True((await Assert.ThrowsAsync<SessionizeException>(async () => await Storage.TryReadAsync(Location, Token))).IsTransient);
        Assert.True((await Assert.ThrowsAsync<SessionizeException>(async () => await Storage.OpenReadAsync(Location, Token))).IsTransient);
    }

    [Fact]
    public async Task ProbeConditionalWritesAsync_StoreIgnoresConditions_IsRefused()
    {
        _store.IgnoresConditions = true;
        SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(async () => await Storage.ProbeConditionalWritesAsync("s3://b/t/_probe", Token));
        Assert.False(refusal.IsTransient);
        Assert.Contains("SQL or REST catalog", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Objects);
    }

    [Fact]
    public async Task ProbeConditionalWritesAsync_StoreDoesNotKnowThem_IsRefused()
    {
        _store.FailNext("PUT", S3Fault.NotImplemented, times: 10);
        SessionizeException refusal = await Assert.ThrowsAsync<SessionizeException>(async () => await Storage.ProbeConditionalWritesAsync("s3://b/t/_probe", Token));
        Assert.Contains("SQL or REST catalog", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(S3Fault.DropAfter)]
    [InlineData(S3Fault.InternalErrorBefore)]
    [InlineData(S3Fault.Conflict)]
    public async Task ProbeConditionalWritesAsync_FailsOnce_IsNoFindingAgainstTheStore(S3Fault fault)
    {
        _store.FailNext("PUT", fault);
        await Storage.ProbeConditionalWritesAsync("s3://b/t/_probe", Token);
        Assert.Empty(_store.Objects);
    }

    [Theory]
    [InlineData("POST", S3Fault.SlowDown)]
    [InlineData("PUT", S3Fault.InternalErrorBefore)]
    [InlineData("PUT", S3Fault.DropAfter)]
    public async Task CompleteAsync_LargeFile_SurvivesFailingParts(string method, S3Fault fault)
    {
        _store.FailNext(method, fault);
        byte[] content = Bytes(21_000_000);
        await using StorageWriter writer = await WriteAsync(content);
        await writer.CompleteAsync(Token);
        Assert.Equal(content, _store.Objects["b/t/f"]);
    }

    [Theory]
    [InlineData(S3Fault.DropAfter)]
    [InlineData(S3Fault.InternalErrorAfter)]
    public async Task CompleteAsync_AnswerIsLost_RecognisesItsFile(S3Fault fault)
    {
        byte[] content = Bytes(21_000_000);
        await using StorageWriter writer = await WriteAsync(content);
        _store.FailNext("POST", fault);
        await writer.CompleteAsync(Token);
        Assert.Equal(content, _store.Objects["b/t/f"]);
        Assert.Equal(0, _store.OpenUploads);
    }

    [Fact]
    public async Task CompleteAsync_PartsFailForGood_ThrowsAndRemovesParts()
    {
        _store.FailNext("PUT", S3Fault.AccessDenied, times: 20);
        await using (StorageWriter writer = await _storage!.CreateAsync(Location, Token))
        {
            SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(
                async () =>
                {
                    await writer.Stream.WriteAsync(Bytes(21_000_000), Token);
                    await writer.CompleteAsync(Token);
                });
            Assert.False(failure.IsTransient);
            Assert.Equal(1, _store.OpenUploads);
        }

        Assert.Equal(0, _store.OpenUploads);
        Assert.Empty(_store.Objects);
    }

    [Fact]
    public async Task DeleteAsync_OneIsNotPermitted_DeletesTheOthersAndNamesIt()
    {
        string[] locations = [.. Enumerable.Range(0, 5).Select(number => $"s3://b/t/{number}")];
        foreach (string location in locations)
        {
            await Storage.WriteAsync(location, default, Token);
        }

        _store.Undeletable.Add("t/3");
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await Storage.DeleteAsync(locations, Token));
        Assert.Contains("'s3://b/t/3'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["b/t/3"], _store.Objects.Keys);
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private string Text() => Encoding.UTF8.GetString(_store.Objects["b/t/f"]);

    private async Task<StorageWriter> WriteAsync(byte[] content)
    {
        StorageWriter writer = await Storage.CreateAsync(Location, Token);
        await writer.Stream.WriteAsync(content, Token);
        return writer;
    }
}
