using System.IO.Compression;
using System.Text;
using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>What only the layout of the Hadoop catalog has: numbered files and the hint.</summary>
public sealed class HadoopCatalogTests : IAsyncDisposable
{
    private static readonly TableName s_name = new(["sessions"], "t");

    private readonly TemporaryFolder _folder = new();
    private readonly HadoopCatalog _catalog;

    public HadoopCatalogTests() => _catalog = Open();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Metadata => Path.Combine(_folder.Path, "sessions", "t", "metadata");

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task CommitAsync_Layout_IsThatOfHadoopTables()
    {
        CatalogTable table = await WriteVersionsAsync(3);
        Assert.Equal(["v1.metadata.json", "v2.metadata.json", "v3.metadata.json", "version-hint.text"], Names());
        Assert.Equal("3", File.ReadAllText(File_("version-hint.text")));
        Assert.Equal($"file://{_folder.Path}/sessions/t", table.Metadata.Location);
        Assert.Equal($"file://{_folder.Path}/sessions/t/metadata/v3.metadata.json", table.MetadataLocation);
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
        await WriteVersionsAsync(3);
        WriteHint(hint);

        CatalogTable loaded = await LoadAsync();
        Assert.Equal("3", loaded.Metadata.Properties["version"]);
        Assert.Null(await _catalog.CreateAsync(s_name, CatalogContractParts.Creation(), Token));

        CatalogCommit commit = await SetVersionAsync(loaded, 4);
        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.True(File.Exists(File_("v4.metadata.json")));
        Assert.Equal("4", File.ReadAllText(File_("version-hint.text")));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("9")]
    [InlineData(null)]
    public async Task LoadAsync_HintedFileWasForgottenAndDeleted_ListsTheFolder(string? hint)
    {
        await WriteVersionsAsync(5);
        File.Delete(File_("v1.metadata.json"));
        File.Delete(File_("v2.metadata.json"));
        WriteHint(hint);

        Assert.Equal("5", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task LoadAsync_TwoDigits_AreComparedAsNumbers()
    {
        await WriteVersionsAsync(12);
        WriteHint(null);
        Assert.Equal("12", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Theory]
    [InlineData("v3.gz.metadata.json")]
    [InlineData("v3.metadata.json.gz")]
    public async Task LoadAsync_CompressedMetadata_IsReadAndFollowedByACompressedOne(string name)
    {
        await WriteVersionsAsync(3);
        byte[] json = File.ReadAllBytes(File_("v3.metadata.json"));
        File.Delete(File_("v3.metadata.json"));
        await using (GZipStream gzip = new(File.Create(File_(name)), CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(json, Token);
        }

        CatalogTable loaded = await LoadAsync();
        Assert.Equal("3", loaded.Metadata.Properties["version"]);
        CatalogCommit commit = await SetVersionAsync(loaded, 4);

        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.EndsWith("/v4.gz.metadata.json", commit.Table!.MetadataLocation, StringComparison.Ordinal);
        Assert.Equal([0x1F, 0x8B], File.ReadAllBytes(File_("v4.gz.metadata.json"))[..2]);
        Assert.Equal("4", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_TableOfAnotherCatalog_IsReadAndRefused()
    {
        await WriteVersionsAsync(2);
        File.Move(File_("v1.metadata.json"), File_("00009-aaaa.metadata.json"));
        File.Move(File_("v2.metadata.json"), File_("00010-bbbb.metadata.json"));
        WriteHint(null);

        CatalogTable loaded = await LoadAsync();
        Assert.Equal("2", loaded.Metadata.Properties["version"]);
        CatalogCommit commit = await SetVersionAsync(loaded, 3);
        Assert.Equal(CatalogCommitOutcome.Refused, commit.Outcome);
        Assert.Contains("another catalog", commit.Reason, StringComparison.Ordinal);
        Assert.Equal(["00009-aaaa.metadata.json", "00010-bbbb.metadata.json"], Names());
        Assert.Null(await _catalog.CreateAsync(s_name, CatalogContractParts.Creation(), Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"format-version\":2}")]
    [InlineData("[]")]
    public async Task LoadAsync_DamagedMetadata_IsNamed(string content)
    {
        await WriteVersionsAsync(2);
        File.WriteAllText(File_("v2.metadata.json"), content);
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await LoadAsync());
        Assert.Contains("v2.metadata.json", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task LoadAsync_AllMetadataIsGone_IsAnErrorAndNotAnEmptyPlace()
    {
        await WriteVersionsAsync(2);
        File.Delete(File_("v1.metadata.json"));
        File.Delete(File_("v2.metadata.json"));
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await _catalog.LoadAsync(s_name, Token));
        Assert.Contains("lost its metadata files", failure.Message, StringComparison.Ordinal);

        File.Delete(File_("version-hint.text"));
        File.WriteAllText(File_("snap-1-1-x.avro"), "");
        await Assert.ThrowsAsync<SessionizeException>(async () => await _catalog.CreateAsync(s_name, CatalogContractParts.Creation(), Token));
    }

    [Fact]
    public async Task CommitAsync_MetadataThatOthersMadeWithoutAHint_IsFollowed()
    {
        CatalogTable stale = await WriteVersionsAsync(2);
        await using HadoopCatalog other = Open();
        Assert.Equal(CatalogCommitOutcome.Committed, (await SetVersionAsync(stale, 3, other)).Outcome);
        WriteHint("1");

        CatalogCommit commit = await _catalog.CommitAsync(stale, [], [CatalogContractParts.Properties("mine", "1")], Token);
        Assert.Equal(CatalogCommitOutcome.Committed, commit.Outcome);
        Assert.Equal("3", commit.Table!.Metadata.Properties["version"]);
        Assert.Equal(["v1.metadata.json", "v2.metadata.json", "v3.metadata.json", "v4.metadata.json", "version-hint.text"], Names());
    }

    [Fact]
    public async Task CommitAsync_Standstill_WhileOthersMadeForgotAndDeletedTheSameNumber_IsNoSuccess()
    {
        CatalogTable table = Assert.IsType<CatalogTable>(await _catalog.CreateAsync(
            s_name,
            CatalogContractParts.Creation(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", "2")),
            Token));
        await using PausingStorage paused = new(new LocalFileStorage());
        await using HadoopCatalog zombie = new(paused, _folder.Path, TimeProvider.System);
        paused.BeforeTryCreate = async () =>
        {
            for (int version = 2; version <= 8; version++)
            {
                table = (await SetVersionAsync(table, version)).Table!;
            }
        };

        CatalogTable stale = (await zombie.LoadAsync(s_name, Token))!;
        SessionizeException failure = await Assert.ThrowsAsync<SessionizeException>(async () => await SetVersionAsync(stale, 99, zombie));

        Assert.True(failure.IsTransient);
        Assert.Equal("8", (await LoadAsync()).Metadata.Properties["version"]);
        Assert.Equal(["v6.metadata.json", "v7.metadata.json", "v8.metadata.json", "version-hint.text"], Names());
    }

    [Fact]
    public async Task CommitAsync_HintCannotBeReadOrWritten_IsCommitted()
    {
        CatalogTable table = await WriteVersionsAsync(2);
        File.Delete(File_("version-hint.text"));
        Directory.CreateDirectory(File_("version-hint.text"));

        Assert.Equal(CatalogCommitOutcome.Committed, (await SetVersionAsync(table, 3)).Outcome);
        Assert.Equal("3", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_AnswerIsLost_IsUnknownAndThere()
    {
        CatalogTable table = await WriteVersionsAsync(2);
        await using PausingStorage lossy = new(new LocalFileStorage()) { AfterTryCreate = new SessionizeException("lost", isTransient: true) };
        await using HadoopCatalog catalog = new(lossy, _folder.Path, TimeProvider.System);
        Assert.True((await Assert.ThrowsAsync<SessionizeException>(async () => await SetVersionAsync(table, 3, catalog))).IsTransient);
        Assert.Equal("3", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_ChecksumsOfHadoop_GoWithTheirFiles()
    {
        CatalogTable table = Assert.IsType<CatalogTable>(await _catalog.CreateAsync(
            s_name,
            CatalogContractParts.Creation(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", "1")),
            Token));
        File.WriteAllText(File_(".version-hint.text.crc"), "crc");
        File.WriteAllText(File_(".v1.metadata.json.crc"), "crc");
        table = (await SetVersionAsync(table, 2)).Table!;
        Assert.Equal([".v1.metadata.json.crc", "v1.metadata.json", "v2.metadata.json", "version-hint.text"], Names());
        await SetVersionAsync(table, 3);
        Assert.Equal(["v2.metadata.json", "v3.metadata.json", "version-hint.text"], Names());
    }

    [Fact]
    public async Task OfFolder_Path_IsTheTableWhateverItsName()
    {
        await WriteVersionsAsync(2);
        string folder = Path.Combine(_folder.Path, "sessions", "t");
        foreach (string location in (string[])[folder, folder + "/", "file:" + folder, "file://" + folder, Path.GetRelativePath(Environment.CurrentDirectory, folder)])
        {
            await using HadoopCatalog catalog = HadoopCatalog.OfFolder(new LocalFileStorage(), location, TimeProvider.System);
            CatalogTable table = Assert.IsType<CatalogTable>(await catalog.LoadAsync(new TableName(["any"], "name"), Token));
            Assert.Equal("2", table.Metadata.Properties["version"]);
            Assert.Contains(folder, catalog.Description, StringComparison.Ordinal);
        }
    }

    private string File_(string name) => Path.Combine(Metadata, name);

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(Metadata).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];

    private HadoopCatalog Open() => new(new LocalFileStorage(), _folder.Path, TimeProvider.System);

    private void WriteHint(string? hint)
    {
        File.Delete(File_("version-hint.text"));
        if (hint is not null)
        {
            File.WriteAllBytes(File_("version-hint.text"), Encoding.UTF8.GetBytes(hint));
        }
    }

    private async Task<CatalogTable> LoadAsync() => Assert.IsType<CatalogTable>(await _catalog.LoadAsync(s_name, Token));

    private async Task<CatalogTable> WriteVersionsAsync(int count)
    {
        CatalogTable table = Assert.IsType<CatalogTable>(await _catalog.CreateAsync(s_name, CatalogContractParts.Creation(("version", "1")), Token));
        for (int version = 2; version <= count; version++)
        {
            table = (await SetVersionAsync(table, version)).Table!;
        }

        return table;
    }

    private async Task<CatalogCommit> SetVersionAsync(CatalogTable table, int version, HadoopCatalog? catalog = null) =>
        await (catalog ?? _catalog).CommitAsync(table, [], [CatalogContractParts.Properties("version", $"{version}")], Token);
}
