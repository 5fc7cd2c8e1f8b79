using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg.Tests.Sink;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Tool;

/// <summary>
/// A disk, a folder or a file that is not as it has to be, seen by who runs the tool: one sentence with place and remedy, exit code 1, not a file more than
/// before; and the same run again, once it is mended, makes it whole.
/// </summary>
public sealed class TableFileFaultTests(S3Server s3, RestCatalogServer rest, IceCheck java) : IAsyncDisposable
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int Users = 600;
    private const int RowsOfACommit = 5;

    // What a full disk is, without one. The runtime keeps code in a large file of its own unless it is told not to.
    private const string Limit = "trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f";

    private readonly TablePlaces _places = new(s3, rest);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TablePlaceKind.HadoopLocal, 4, "none", 0, ".parquet'")]
    [InlineData(TablePlaceKind.HadoopLocal, 16, "session_date,bucket(400,uuid)", 0, "-m0.avro'")]
    [InlineData(TablePlaceKind.HadoopLocal, 64, "none", 100_000, "v2.metadata.json'")]
    [InlineData(TablePlaceKind.SqliteLocal, 64, "none", 100_000, ".metadata.json'")]
    public async Task DiskFull_WhicheverFileIsWritten_LeavesNoFile(TablePlaceKind kind, int kilobytes, string partitionBy, int comment, string file)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a limit on the size of files.");
        TablePlace place = await NewAsync(kind, partitionBy, comment);
        string[] before = Files(place);
        string events = EventFiles.Write(_folder, "a", day: 1, Users);

        ToolResult full = ToolProcess.Shell(_folder.Path, $"{Limit} {kilobytes}; sessionize {string.Join(' ', Arguments(place, events))}");

        ToolFailure.AssertIs(Failed, full, "Cannot write '", file, "The file may not be any larger. Choose a place with room");
        Assert.Equal(before, Files(place));
        await AssertRunMakesItWholeAsync(place, events, Users);
    }

    [Theory]
    [InlineData("", "Cannot create the folder '", "Choose a place where folders can be created")]
    [InlineData("data", "Cannot write '", "Choose a place with room and write permission")]
    [InlineData("metadata", "Cannot write '", "Choose a place with room and write permission")]
    public async Task ReadOnlyFolder_OfWarehouseDataOrMetadata_LeavesNoFile(string folder, params string[] says)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs permissions of a folder.");
        TablePlace place = (await _places.NewAsync(TablePlaceKind.HadoopLocal)).With(options => options.PartitionBy = "none");
        string warehouse = place.Options().Warehouse;
        Directory.CreateDirectory(warehouse);
        string events = EventFiles.Write(_folder, "a", day: 1, users: 20);
        int rows = 0;
        if (folder.Length > 0)
        {
            await CommitAsync(place, commits: 1);
            rows = RowsOfACommit;
        }

        // Root may write everything, so it runs the tool as nobody.
        string nobody = Environment.IsPrivilegedProcess ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "";
        string writable = folder == "metadata" ? $"chmod 777 {place.Address.Location}/data" : "true";
        string prepare = $"chmod 755 . {Path.GetDirectoryName(warehouse)} && chmod -R a-w {warehouse} && {writable}";
        try
        {
            ToolResult possible = ToolProcess.Shell(_folder.Path, $"{prepare} && {nobody} test -r \"$SESSIONIZE_TOOL\"");
            Assert.SkipUnless(possible.ExitCode == 0, "Root cannot run the tool as another user here: run the tests as another user to see this one.");
            string[] before = Files(place);

            ToolResult refused = ToolProcess.Shell(_folder.Path, $"{nobody} $SESSIONIZE_HOST \"$SESSIONIZE_TOOL\" {string.Join(' ', Arguments(place, events))}");

            ToolFailure.AssertIs(Failed, refused, [warehouse, folder, .. says]);
            Assert.Equal(before, Files(place));
        }
        finally
        {
            ToolProcess.Shell(_folder.Path, $"chmod -R u+w {warehouse}");
        }

        await AssertRunMakesItWholeAsync(place, events, rows + 20);
    }

    [Theory]
    [InlineData(TablePlaceKind.HadoopLocal, "v3.metadata.json", true, "v3.metadata.json is damaged", "Restore the file")]
    [InlineData(TablePlaceKind.HadoopLocal, "v*.metadata.json", false, "has lost its metadata files", "Restore the newest from a copy")]
    [InlineData(TablePlaceKind.SqliteLocal, "00002-*.metadata.json", false, "metadata/00002-", "is missing", "Restore it from a copy")]
    [InlineData(TablePlaceKind.HadoopLocal, "snap-*.avro", true, "metadata/snap-", "is damaged", "Restore it")]
    public async Task Metadata_DamagedOrMissing_IsNamedAndNothingIsWritten(TablePlaceKind kind, string files, bool isCut, params string[] says)
    {
        TablePlace place = await NewAsync(kind, "none");
        await CommitAsync(place, commits: 2);
        Dictionary<string, byte[]> whole = Directory.GetFiles($"{FolderOf(place)}/metadata", files).ToDictionary(file => file, File.ReadAllBytes);
        Assert.NotEmpty(whole);
        foreach ((string file, byte[] content) in whole)
        {
            File.Delete(file);
            if (isCut)
            {
                await File.WriteAllBytesAsync(file, content[..(content.Length / 2)], Token);
            }
        }

        string[] before = Files(place);
        string events = EventFiles.Write(_folder, "a", day: 1, users: 20);
        ToolFailure.AssertIs(Failed, Run(place, events), says);
        Assert.Equal(before, Files(place));

        foreach ((string file, byte[] content) in whole)
        {
            await File.WriteAllBytesAsync(file, content, Token);
        }

        await AssertRunMakesItWholeAsync(place, events, (2 * RowsOfACommit) + 20);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("99")]
    [InlineData("three")]
    [InlineData(null)]
    public async Task VersionHint_StaleLyingOrMissing_RunsGoOnBehindTheNewest(string? hint)
    {
        TablePlace place = await NewAsync(TablePlaceKind.HadoopLocal, "none");
        await CommitAsync(place, commits: 2);
        string file = $"{FolderOf(place)}/metadata/version-hint.text";
        File.Delete(file);
        if (hint is not null)
        {
            await File.WriteAllTextAsync(file, hint, Token);
        }

        await AssertRunMakesItWholeAsync(place, EventFiles.Write(_folder, "a", day: 1, users: 20), (2 * RowsOfACommit) + 20);
        Assert.Equal("4", await File.ReadAllTextAsync(file, Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _places.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>An empty table.</summary>
    private async Task<TablePlace> NewAsync(TablePlaceKind kind, string partitionBy, int comment = 0)
    {
        TablePlace place = (await _places.NewAsync(kind)).With(options =>
        {
            options.PartitionBy = partitionBy;
            options.TableProperties["comment"] = new string('x', comment);
        });
        Assert.Empty(await SinkRows.ReadAsync(place, Token));
        return place;
    }

    private static async Task CommitAsync(TablePlace place, int commits)
    {
        await using SinkDriver driver = await SinkDriver.OpenAsync(place, 0);
        for (int commit = 0; commit < commits; commit++)
        {
            await driver.CommitAsync(RowsOfACommit);
        }
    }

    private ToolResult Run(TablePlace place, string events) => ToolProcess.Run(_folder.Path, Arguments(place, events));

    private static string[] Arguments(TablePlace place, string events) =>
        ["batch", events, "--table", place.Options().Name, "--run-id", "nightly", "--partition-by", "none", .. TableArguments.Of(place)];

    private async Task AssertRunMakesItWholeAsync(TablePlace place, string events, long rows)
    {
        ToolResult again = Run(place, events).AssertCivil();
        Assert.True(again.ExitCode == Done, again.Error);
        Assert.Equal(rows, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    private static string FolderOf(TablePlace place) => $"{place.Options().Warehouse}/{place.Options().Name.Replace('.', '/')}";

    private static string[] Files(TablePlace place) =>
        [.. Directory.EnumerateFiles(place.Options().Warehouse, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
