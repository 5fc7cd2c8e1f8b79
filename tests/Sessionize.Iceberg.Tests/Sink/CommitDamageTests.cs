using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Sink;

/// <summary>Metadata that is damaged or lost while a pipeline is open: the commit says which file, writes nothing, and is made once the file is restored.</summary>
public sealed class CommitDamageTests(S3Server s3, RestCatalogServer rest, IceCheck java) : IAsyncDisposable
{
    private readonly TablePlaces _places = new(s3, rest);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v3.metadata.json", true, "v3.metadata.json is damaged", "Restore the file")]
    [InlineData("v*.metadata.json", false, "has lost its metadata files", "Restore the newest")]
    [InlineData("snap-*.avro", true, "/metadata/snap-", "is damaged", "Restore it")]
    [InlineData("snap-*.avro", false, "/metadata/snap-", "is missing", "restore it")]
    public async Task Commit_FilesDamagedOrGone_FailsForGoodAndIsMadeWhenTheyAreBack(string files, bool isCut, params string[] says)
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(5);
        await driver.CommitAsync(5);
        string metadata = $"{place.Address.Location}/metadata";
        Dictionary<string, byte[]> whole = Directory.GetFiles(metadata, files).ToDictionary(file => file, File.ReadAllBytes);
        Assert.NotEmpty(whole);
        foreach ((string file, byte[] content) in whole)
        {
            File.Delete(file);
            if (isCut)
            {
                await File.WriteAllBytesAsync(file, content[..(content.Length / 2)], Token);
            }
        }

        string[] before = Deciding();
        string[] ids = await driver.StageAsync(5);
        SinkCommit commit = driver.Next();
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await driver.Sink.CommitAsync(commit, Token));

        Assert.False(failure.IsTransient);
        Assert.All(says, part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
        Assert.Equal(before, Deciding());

        foreach ((string file, byte[] content) in whole)
        {
            await File.WriteAllBytesAsync(file, content, Token);
        }

        Assert.False(await driver.Sink.HasCommittedAsync(commit, Token));
        Assert.Equal(SinkCommitOutcome.Committed, await driver.Sink.CommitAsync(commit, Token));
        driver.Take(commit, ids);
        await driver.CommitAsync(5);
        Assert.Equal(20, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);

        // The manifest of the rows is kept for the next try.
        string[] Deciding() => [.. Directory.GetFiles(metadata).Where(file => !file.EndsWith("-m0.avro", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <summary>What is left looks like the table before that commit: going on would lose its rows without a word.</summary>
    [Fact]
    public async Task Commit_TheNewestMetadataIsGone_IsRefusedAndNotPutInItsPlace()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        await driver.CommitAsync(5);
        await driver.CommitAsync(5);
        string newest = $"{place.Address.Location}/metadata/v3.metadata.json";
        byte[] content = await File.ReadAllBytesAsync(newest, Token);
        File.Delete(newest);

        await driver.StageAsync(5);
        Assert.Equal(SinkCommitOutcome.Refused, await driver.Sink.CommitAsync(driver.Next(), Token));
        await driver.Sink.DiscardAsync(Token);
        Assert.False(File.Exists(newest));

        await File.WriteAllBytesAsync(newest, content, Token);
        await using SinkDriver restarted = await SinkDriver.OpenAsync(place, 0);
        Assert.Equal(driver.Lanes, restarted.Lanes);
        await restarted.CommitAsync(5);
        Assert.Equal(15, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    public ValueTask DisposeAsync() => _places.DisposeAsync();
}
