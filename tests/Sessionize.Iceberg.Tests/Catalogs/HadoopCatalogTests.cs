using System.IO.Compression;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>What only the layout of the Hadoop catalog has: numbered files and the hint.</summary>
public sealed class HadoopCatalogTests : IAsyncDisposable
{
    private readonly HadoopTableFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _files.DisposeAsync();

    [Fact]
    public async Task CommitAsync_Layout_IsThatOfHadoopTables()
    {
        CatalogTable table = await _files.WriteVersionsAsync(3);
        Assert.Equal(["v1.metadata.json", "v2.metadata.json", "v3.metadata.json", "version-hint.text"], _files.Names());
        Assert.Equal("3", File.ReadAllText(_files.PathOf("version-hint.text")));
        Assert.Equal($"file://{_files.Warehouse}/sessions/t", table.Metadata.Location);
        Assert.Equal($"file://{_files.Warehouse}/sessions/t/metadata/v3.metadata.json", table.MetadataLocation);
    }

    [Theory]
    [InlineData("1")] // behind
    [InlineData("2\n")]
    [InlineData("7")] // ahead
    [InlineData("2147483647")]
    [InlineData("99999999999999999999")]
    [InlineData("-3")]
    [InlineData("three")]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData(null)]
    public async Task LoadAsync_HintIsStaleMissingOrLies_FindsTheNewestAndCommitsBehindIt(string? hint)
    {
        await _files.WriteVersionsAsync(3);
        _files.WriteHint(hint);

        CatalogTable loaded = await _files.LoadAsync();
        Assert.Equal("3", loaded.Metadata.Properties["version"]);
        Assert.Null(await _files.Catalog.CreateAsync(HadoopTableFiles.Name, CatalogContractParts.Creation(), Token));

        CatalogCommit commit = await _files.SetAsync(loaded, 4);
        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.True(File.Exists(_files.PathOf("v4.metadata.json")));
        Assert.Equal("4", File.ReadAllText(_files.PathOf("version-hint.text")));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("9")]
    [InlineData(null)]
    public async Task LoadAsync_HintedFileWasForgottenAndDeleted_ListsTheFolder(string? hint)
    {
        await _files.WriteVersionsAsync(5);
        File.Delete(_files.PathOf("v1.metadata.json"));
        File.Delete(_files.PathOf("v2.metadata.json"));
        _files.WriteHint(hint);

        Assert.Equal("5", (await _files.LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task LoadAsync_TwoDigits_AreComparedAsNumbers()
    {
        await _files.WriteVersionsAsync(12);
        _files.WriteHint(null);
        Assert.Equal("12", (await _files.LoadAsync()).Metadata.Properties["version"]);
    }

    [Theory]
    [InlineData("v3.gz.metadata.json")]
    [InlineData("v3.metadata.json.gz")]
    public async Task LoadAsync_CompressedMetadata_IsReadAndFollowedByACompressedOne(string name)
    {
        await _files.WriteVersionsAsync(3);
        byte[] json = File.ReadAllBytes(_files.PathOf("v3.metadata.json"));
        File.Delete(_files.PathOf("v3.metadata.json"));
        await using (GZipStream gzip = new(File.Create(_files.PathOf(name)), CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(json, Token);
        }

        CatalogTable loaded = await _files.LoadAsync();
        Assert.Equal("3", loaded.Metadata.Properties["version"]);
        CatalogCommit commit = await _files.SetAsync(loaded, 4);

        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.EndsWith("/v4.gz.metadata.json", commit.Table!.MetadataLocation, StringComparison.Ordinal);
        Assert.Equal([0x1F, 0x8B], File.ReadAllBytes(_files.PathOf("v4.gz.metadata.json"))[..2]);
        Assert.Equal("4", (await _files.LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_TableOfAnotherCatalog_IsReadAndRefused()
    {
        await _files.WriteVersionsAsync(2);
        File.Move(_files.PathOf("v1.metadata.json"), _files.PathOf("00009-aaaa.metadata.json"));
        File.Move(_files.PathOf("v2.metadata.json"), _files.PathOf("00010-bbbb.metadata.json"));
        _files.WriteHint(null);

        CatalogTable loaded = await _files.LoadAsync();
        Assert.Equal("2", loaded.Metadata.Properties["version"]);
        CatalogCommit commit = await _files.SetAsync(loaded, 3);
        Assert.Equal(CatalogCommitOutcome.Refused, commit.Outcome);
        Assert.Contains("another catalog", commit.Reason, StringComparison.Ordinal);
        Assert.Equal(["00009-aaaa.metadata.json", "00010-bbbb.metadata.json"], _files.Names());
        Assert.Null(await _files.Catalog.CreateAsync(HadoopTableFiles.Name, CatalogContractParts.Creation(), Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"format-version\":2}")]
    [InlineData("[]")]
    public async Task LoadAsync_DamagedMetadata_IsNamed(string content)
    {
        await _files.WriteVersionsAsync(2);
        File.WriteAllText(_files.PathOf("v2.metadata.json"), content);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await _files.LoadAsync());
        Assert.Contains("v2.metadata.json", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task LoadAsync_AllMetadataIsGone_IsAnErrorAndNotAnEmptyPlace()
    {
        await _files.WriteVersionsAsync(2);
        File.Delete(_files.PathOf("v1.metadata.json"));
        File.Delete(_files.PathOf("v2.metadata.json"));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await _files.Catalog.LoadAsync(HadoopTableFiles.Name, Token));
        Assert.Contains("lost its metadata files", failure.Message, StringComparison.Ordinal);

        File.Delete(_files.PathOf("version-hint.text"));
        File.WriteAllText(_files.PathOf("snap-1-1-x.avro"), "");
        await Assert.ThrowsAsync<SessionizeException>(async () => await _files.Catalog.CreateAsync(HadoopTableFiles.Name, CatalogContractParts.Creation(), Token));
    }

    [Fact]
    public async Task CommitAsync_MetadataThatOthersMadeWithoutAHint_IsFollowed()
    {
        CatalogTable stale = await _files.WriteVersionsAsync(2);
        await using HadoopCatalog other = _files.Open(new LocalFileStorage());
        Assert.Equal(CatalogCommitOutcome.Committed, (await _files.SetAsync(stale, 3, other)).Outcome);
        _files.WriteHint("1");

        CatalogCommit commit = await _files.Catalog.CommitAsync(stale, [], [CatalogContractParts.Properties("mine", "1")], Token);
        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.Equal("3", commit.Table!.Metadata.Properties["version"]);
        Assert.Equal(["v1.metadata.json", "v2.metadata.json", "v3.metadata.json", "v4.metadata.json", "version-hint.text"], _files.Names());
    }

    [Fact]
    public async Task CommitAsync_Standstill_WhileOthersMadeForgotAndDeletedTheSameNumber_IsNoSuccess()
    {
        CatalogTable table = await _files.CreateAsync(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", "2"));
        await using PausingStorage paused = new(new LocalFileStorage());
        await using HadoopCatalog zombie = _files.Open(paused);
        paused.BeforeTryCreate = async () =>
        {
            for (int version = 2; version <= 8; version++)
            {
                table = (await _files.SetAsync(table, version)).Table!;
            }
        };

        CatalogTable stale = (await zombie.LoadAsync(HadoopTableFiles.Name, Token))!;
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await _files.SetAsync(stale, 99, zombie));

        Assert.True(failure.IsTransient);
        Assert.Equal("8", (await _files.LoadAsync()).Metadata.Properties["version"]);
        Assert.Equal(["v6.metadata.json", "v7.metadata.json", "v8.metadata.json", "version-hint.text"], _files.Names());
    }

    [Fact]
    public async Task CommitAsync_HintCannotBeReadOrWritten_IsCommitted()
    {
        CatalogTable table = await _files.WriteVersionsAsync(2);
        File.Delete(_files.PathOf("version-hint.text"));
        Directory.CreateDirectory(_files.PathOf("version-hint.text"));

        Assert.Equal(CatalogCommitOutcome.Committed, (await _files.SetAsync(table, 3)).Outcome);
        Assert.Equal("3", (await _files.LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_AnswerIsLost_IsUnknownAndThere()
    {
        CatalogTable table = await _files.WriteVersionsAsync(2);
        await using PausingStorage lossy = new(new LocalFileStorage()) { AfterTryCreate = new SessionizeException("lost", isTransient: true) };
        await using HadoopCatalog catalog = _files.Open(lossy);
        Assert.True((await Assert.ThrowsAsync<SessionizeException>(async () => await _files.SetAsync(table, 3, catalog))).IsTransient);
        Assert.Equal("3", (await _files.LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_ChecksumsOfHadoop_GoWithTheirFiles()
    {
        CatalogTable table = await _files.CreateAsync(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", "1"));
        File.WriteAllText(_files.PathOf(".version-hint.text.crc"), "crc");
        File.WriteAllText(_files.PathOf(".v1.metadata.json.crc"), "crc");
        table = (await _files.SetAsync(table, 2)).Table!;
        Assert.Equal([".v1.metadata.json.crc", "v1.metadata.json", "v2.metadata.json", "version-hint.text"], _files.Names());
        await _files.SetAsync(table, 3);
        Assert.Equal(["v2.metadata.json", "v3.metadata.json", "version-hint.text"], _files.Names());
    }

    [Fact]
    public async Task OfFolder_Path_IsTheTableWhateverItsName()
    {
        await _files.WriteVersionsAsync(2);
        string folder = Path.Combine(_files.Warehouse, "sessions", "t");
        foreach (string location in (string[])[folder, folder + "/", "file:" + folder, "file://" + folder, Path.GetRelativePath(Environment.CurrentDirectory, folder)])
        {
            await using HadoopCatalog catalog = HadoopCatalog.OfFolder(new LocalFileStorage(), location, TimeProvider.System);
            CatalogTable table = Assert.IsType<CatalogTable>(await catalog.LoadAsync(new TableName(["any"], "name"), Token));
            Assert.Equal("2", table.Metadata.Properties["version"]);
            Assert.Contains(folder, catalog.Description, StringComparison.Ordinal);
        }
    }
}
