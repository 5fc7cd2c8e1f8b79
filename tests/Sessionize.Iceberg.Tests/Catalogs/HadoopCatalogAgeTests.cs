using Sessionize.Iceberg.Catalogs;
using Sessionize.Iceberg.Metadata;
using Sessionize.Iceberg.Tests.Support;
using Sessionize.Storage;
using Xunit;

namespace Sessionize.Iceberg.Tests.Catalogs;

/// <summary>Processes that stood still, files that kills left behind, and names that are used twice.</summary>
public sealed class HadoopCatalogAgeTests : IAsyncDisposable
{
    private static readonly TableName s_name = new(["sessions"], "t");

    private readonly TemporaryFolder _folder = new();
    private readonly HadoopCatalog _catalog;

    public HadoopCatalogAgeTests() => _catalog = Open(new LocalFileStorage());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Metadata => Path.Combine(_folder.Path, "sessions", "t", "metadata");

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task CommitAsync_TableWasMadeAnewUpToTheSameNumber_IsNotThatOfBefore()
    {
        CatalogTable old = await WriteVersionsAsync(3);
        Directory.Delete(Path.Combine(_folder.Path, "sessions"), recursive: true);
        CatalogTable anew = await WriteVersionsAsync(3);
        Assert.Equal(old.MetadataLocation, anew.MetadataLocation);

        CatalogCommit refused = await _catalog.CommitAsync(
            old, [new TableRequirement.SameTable(old.Metadata.TableUuid)], [CatalogContractParts.Properties("version", "4")], Token);
        Assert.Equal(CatalogCommitOutcome.Conflict, refused.Outcome);
        Assert.False(File.Exists(File_("v4.metadata.json")));

        CatalogCommit unasked = await SetAsync(old, 4);
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
        CatalogTable table = await CreateAsync(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", "2"));
        byte[] first = File.ReadAllBytes(File_("v1.metadata.json"));
        await using PausingStorage paused = new(new LocalFileStorage());
        await using HadoopCatalog zombie = Open(paused);
        CatalogTable stale = (await zombie.LoadAsync(s_name, Token))!;
        paused.BeforeTryCreate = async () =>
        {
            for (int version = 2; version <= others; version++)
            {
                table = (await SetAsync(table, version)).Table!;
            }

            if (isOldKept)
            {
                File.WriteAllBytes(File_("v1.metadata.json"), first);
            }

            WriteHint(hint);
        };

        SessionizeException unknown = await Assert.ThrowsAsync<SessionizeException>(async () => await SetAsync(stale, 99, zombie));

        Assert.True(unknown.IsTransient);
        Assert.Equal($"{others}", (await LoadAsync()).Metadata.Properties["version"]);
        CatalogCommit next = await SetAsync(table, others + 1);
        Assert.EndsWith($"/v{others + 1}.metadata.json", next.Table!.MetadataLocation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("4")]
    [InlineData(null)]
    [InlineData("x")]
    public async Task LoadAsync_OldFileWasLeftByAKill_IsNotTheNewest(string? hint)
    {
        await WriteVersionsAsync(9);
        foreach (int version in (int[])[1, 2, 3, 4, 6, 7])
        {
            File.Delete(File_($"v{version}.metadata.json"));
        }

        WriteHint(hint);
        Assert.Equal("9", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CommitAsync_KnownFileWasLeftByAKillAndNoHint_FollowsTheNewest()
    {
        CatalogTable table = await CreateAsync();
        CatalogTable fifth = table;
        for (int version = 2; version <= 9; version++)
        {
            table = (await SetAsync(table, version)).Table!;
            fifth = version == 5 ? table : fifth;
        }

        File.Delete(File_("v6.metadata.json"));
        WriteHint(null);
        CatalogCommit commit = await SetAsync(fifth, 10);
        Assert.EndsWith("/v10.metadata.json", commit.Table!.MetadataLocation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")] // one earlier file is kept
    [InlineData("0")] // none is asked for; one is kept
    public async Task LoadAsync_FewestEarlierFiles_FindsTheNewest(string kept)
    {
        CatalogTable table = await CreateAsync(("write.metadata.delete-after-commit.enabled", "true"), ("write.metadata.previous-versions-max", kept));
        for (int version = 2; version <= 6; version++)
        {
            table = (await SetAsync(table, version)).Table!;
        }

        Assert.Equal(2, Directory.GetFiles(Metadata, "*.metadata.json").Length);
        foreach (string? hint in (string?[])["6", "5", "2", "7", null])
        {
            WriteHint(hint);
            Assert.Equal("6", (await LoadAsync()).Metadata.Properties["version"]);
        }

        File.Delete(File_("v5.metadata.json"));
        Assert.Equal("6", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Theory]
    [InlineData(null, 6)]
    [InlineData("false", 6)]
    [InlineData("true", 3)]
    public async Task CommitAsync_ForgottenFiles_AreDeletedOnlyIfTheTableSaysSo(string? isDeleted, int files)
    {
        (string, string)[] properties = [("write.metadata.previous-versions-max", "2")];
        CatalogTable table = await CreateAsync(isDeleted is null ? properties : [.. properties, ("write.metadata.delete-after-commit.enabled", isDeleted)]);
        for (int version = 2; version <= 6; version++)
        {
            table = (await SetAsync(table, version)).Table!;
        }

        Assert.Equal(2, table.Metadata.MetadataLog.Count);
        Assert.Equal(files, Directory.GetFiles(Metadata, "*.metadata.json").Length);
    }

    [Fact]
    public async Task CreateAsync_CompressionIsSet_CompressesAllFiles()
    {
        CatalogTable table = await CreateAsync(("write.metadata.compression-codec", "gzip"));
        Assert.EndsWith("/v1.gz.metadata.json", table.MetadataLocation, StringComparison.Ordinal);
        Assert.EndsWith("/v2.gz.metadata.json", (await SetAsync(await LoadAsync(), 2)).Table!.MetadataLocation, StringComparison.Ordinal);
        Assert.Equal("2", (await LoadAsync()).Metadata.Properties["version"]);
    }

    [Fact]
    public async Task CreateAsync_AnotherMakesTheFirstFileByItsOtherName_OneStays()
    {
        await using PausingStorage paused = new(new LocalFileStorage());
        await using HadoopCatalog late = Open(paused);
        paused.BeforeTryCreate = () => CreateAsync();
        Assert.Null(await late.CreateAsync(s_name, CatalogContractParts.Creation(("write.metadata.compression-codec", "gzip")), Token));
        Assert.Equal(["v1.metadata.json"], Directory.GetFiles(Metadata, "*.metadata.json").Select(Path.GetFileName));
    }

    [Fact]
    public async Task CommitAsync_MetadataCannotBeRead_IsNotSent()
    {
        CatalogTable table = await WriteVersionsAsync(2);
        File.WriteAllText(File_("v2.metadata.json"), "{");
        CatalogCommit commit = await SetAsync(table, 3);
        Assert.Equal(CatalogCommitOutcome.NotSent, commit.Outcome);
        Assert.False(commit.IsTransient);
        Assert.Contains("v2.metadata.json", commit.Reason, StringComparison.Ordinal);
    }

    private string File_(string name) => Path.Combine(Metadata, name);

    private HadoopCatalog Open(IFileStorage storage) => new(storage, _folder.Path, TimeProvider.System);

    private void WriteHint(string? hint)
    {
        File.Delete(File_("version-hint.text"));
        if (hint is not null)
        {
            File.WriteAllText(File_("version-hint.text"), hint);
        }
    }

    private async Task<CatalogTable> LoadAsync() => Assert.IsType<CatalogTable>(await _catalog.LoadAsync(s_name, Token));

    private async Task<CatalogTable> CreateAsync(params (string Name, string Value)[] properties) =>
        Assert.IsType<CatalogTable>(await _catalog.CreateAsync(s_name, CatalogContractParts.Creation(properties), Token));

    private async Task<CatalogTable> WriteVersionsAsync(int count)
    {
        CatalogTable table = await CreateAsync();
        for (int version = 2; version <= count; version++)
        {
            table = (await SetAsync(table, version)).Table!;
        }

        return table;
    }

    private async Task<CatalogCommit> SetAsync(CatalogTable table, int version, HadoopCatalog? catalog = null) =>
        await (catalog ?? _catalog).CommitAsync(table, [], [CatalogContractParts.Properties("version", $"{version}")], Token);
}
