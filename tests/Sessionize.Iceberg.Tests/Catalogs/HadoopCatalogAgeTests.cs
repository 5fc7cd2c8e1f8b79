using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>Processes that stood still, files that kills left behind, and names that are used twice.</summary>
public sealed class HadoopCatalogAgeTests : IAsyncDisposable
{
    private readonly HadoopTableFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _files.DisposeAsync();

    [Fact]
    public async Task CommitAsync_TableWasMadeAnewUpToTheSameNumber_IsNotThatOfBefore()
    {
        CatalogTable old = await _files.WriteVersionsAsync(3);
        Directory.Delete(Path.Combine(_files.Warehouse, "sessions"), recursive: true);
        CatalogTable anew = await _files.WriteVersionsAsync(3);
        Assert.Equal(old.MetadataLocation, anew.MetadataLocation);

        CatalogCommit refused = await _files.Catalog.CommitAsync(
            old, [new TableRequirement.SameTable(old.Metadata.TableUuid)], [CatalogContractParts.Properties("version", "4")], Token);
        Assert.Equal(CatalogCommitOutcome.Conflict, refused.Outcome);
        Assert.False(File.Exists(_files.PathOf("v4.metadata.json")));

        CatalogCommit unasked = await _files.SetAsync(old, 4);
        Assert.Equal(anew.Metadata.TableUuid, unasked.Table!.Metadata.TableUuid);
    }

    [Theory]
    [InlineData(5, false, "5")] // the file behind the one made is still there
    [InlineData(5, true, "5")] // and the one before was never deleted
    [InlineData(9, true, "9")]
    [InlineData(9, true, "damaged")]
    [InlineData(9, true, null)]
    [InlineData(9, false, null)]
    public async Task CommitAsync_Standstill_IsUnknownAndLeavesTheNewestToReaders(int others, bool isOldKept, string? hint)
    {
        CatalogTable table = await _files.CreateAsync(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", "2"));
        byte[] first = File.ReadAllBytes(_files.PathOf("v1.metadata.json"));
        await using PausingStorage paused = new(new LocalFileStorage());
        await using HadoopCatalog zombie = _files.Open(paused);
        CatalogTable stale = (await zombie.LoadAsync(HadoopTableFiles.Name, Token))!;
        paused.BeforeTryCreate = async () =>
        {
            for (int version = 2; version <= others; version++)
            {
                table = (await _files.SetAsync(table, version)).Table!;
            }

            if (isOldKept)
            {
                File.WriteAllBytes(_files.PathOf("v1.metadata.json"), first);
            }

            _files.WriteHint(hint);
        };

        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(async () => await _files.SetAsync(stale, 99, zombie));

        Assert.True(unknown.IsTransient);
        Assert.Equal($"{others}", (await _files.LoadAsync()).Metadata.Properties["version"]);
        CatalogCommit next = await _files.SetAsync(table, others + 1);
        Assert.EndsWith($"/v{others + 1}.metadata.json", next.Table!.MetadataLocation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("4")]
    [InlineData(null)]
    [InlineData("x")]
    public async Task LoadAsync_OldFileWasLeftByAKill_IsNotTheNewest(string? hint)
    {
        await _files.WriteVersionsAsync(9);
        foreach (int version in (int[])[1, 2, 3, 4, 6, 7])
        {
            File.Delete(_files.PathOf($"v{version}.metadata.json"));
        }

        _files.WriteHint(hint);
        Assert.Equal("9", (await _files.LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_KnownFileWasLeftByAKillAndNoHint_FollowsTheNewest()
    {
        CatalogTable table = await _files.CreateAsync();
        CatalogTable fifth = table;
        for (int version = 2; version <= 9; version++)
        {
            table = (await _files.SetAsync(table, version)).Table!;
            fifth = version == 5 ? table : fifth;
        }

        File.Delete(_files.PathOf("v6.metadata.json"));
        _files.WriteHint(null);
        CatalogCommit commit = await _files.SetAsync(fifth, 10);
        Assert.EndsWith("/v10.metadata.json", commit.Table!.MetadataLocation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")] // one earlier file is kept
    [InlineData("0")] // none is asked for; one is kept
    public async Task LoadAsync_FewestEarlierFiles_FindsTheNewest(string kept)
    {
        CatalogTable table = await _files.CreateAsync(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", kept));
        for (int version = 2; version <= 6; version++)
        {
            table = (await _files.SetAsync(table, version)).Table!;
        }

        Assert.Equal(2, Directory.GetFiles(_files.Metadata, "*.metadata.json").Length);
        foreach (string? hint in (string?[])["6", "5", "2", "7", null])
        {
            _files.WriteHint(hint);
            Assert.Equal("6", (await _files.LoadAsync()).Metadata.Properties["version"]);
        }

        File.Delete(_files.PathOf("v5.metadata.json"));
        Assert.Equal("6", (await _files.LoadAsync()).Metadata.Properties["version"]);
    }

    [Theory]
    [InlineData(null, 6)]
    [InlineData("false", 6)]
    [InlineData("true", 3)]
    public async Task CommitAsync_ForgottenFiles_AreDeletedOnlyIfTheTableSaysSo(string? isDeleted, int files)
    {
        (string, string)[] properties = [("write.metadata.previous-versions-max", "2")];
        CatalogTable table = await _files.CreateAsync(isDeleted is null ? properties : [.. properties, ("write.metadata.delete-after-commit.enabled", isDeleted)]);
        for (int version = 2; version <= 6; version++)
        {
            table = (await _files.SetAsync(table, version)).Table!;
        }

        Assert.Equal(2, table.Metadata.MetadataLog.Count);
        Assert.Equal(files, Directory.GetFiles(_files.Metadata, "*.metadata.json").Length);
    }

    [Fact]
    public async Task CreateAsync_CompressionIsSet_CompressesAllFiles()
    {
        CatalogTable table = await _files.CreateAsync(("write.metadata.compression-codec", "gzip"));
        Assert.EndsWith("/v1.gz.metadata.json", table.MetadataLocation, StringComparison.Ordinal);
        Assert.EndsWith("/v2.gz.metadata.json", (await _files.SetAsync(await _files.LoadAsync(), 2)).Table!.MetadataLocation, StringComparison.Ordinal);
        Assert.Equal("2", (await _files.LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CreateAsync_AnotherMakesTheFirstFileByItsOtherName_OneStays()
    {
        await using PausingStorage paused = new(new LocalFileStorage());
        await using HadoopCatalog late = _files.Open(paused);
        paused.BeforeTryCreate = () => _files.CreateAsync();
        Assert.Null(await late.CreateAsync(HadoopTableFiles.Name, CatalogContractParts.Creation(("write.metadata.compression-codec", "gzip")), Token));
        Assert.Equal(["v1.metadata.json"], Directory.GetFiles(_files.Metadata, "*.metadata.json").Select(Path.GetFileName));
    }

    [Fact]
    public async Task CommitAsync_MetadataCannotBeRead_IsNotSent()
    {
        CatalogTable table = await _files.WriteVersionsAsync(2);
        File.WriteAllText(_files.PathOf("v2.metadata.json"), "{");
        CatalogCommit commit = await _files.SetAsync(table, 3);
        Assert.Equal(CatalogCommitOutcome.NotSent, commit.Outcome);
        Assert.False(commit.IsTransient);
        Assert.Contains("v2.metadata.json", commit.Reason, StringComparison.Ordinal);
    }
}
