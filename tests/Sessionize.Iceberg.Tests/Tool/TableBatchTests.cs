using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg.Tests.Processes;
using Sessionize.Iceberg.Tests.Sink;
using Sessionize.Iceberg.Tests.Support;
using Xunit;

namespace Sessionize.Iceberg.Tests.Tool;

/// <summary><c>sessionize batch --table</c>: runs by name, dates overwritten, killed runs, hostile partition values, mistakes.</summary>
public sealed class TableBatchTests(S3Server s3, RestCatalogServer rest, IceCheck java) : IAsyncDisposable
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int Usage = 2;

    private readonly TablePlaces _places = new(s3, rest);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TablePlaceKind.HadoopLocal)]
    [InlineData(TablePlaceKind.HadoopS3)]
    [InlineData(TablePlaceKind.SqliteLocal)]
    [InlineData(TablePlaceKind.RestLocal)]
    public async Task RunId_TwiceAndAtOnceAndOnceMore_CommitsOnce(TablePlaceKind kind)
    {
        TablePlace place = await _places.NewAsync(kind);
        string events = Events("a", day: 1, users: 40);
        using Process one = Start(place, events, "--run-id", "nightly");
        using Process two = Start(place, events, "--run-id", "nightly");
        ToolResult[] ends = [ToolProcess.Finish(one, null), ToolProcess.Finish(two, null)];
        Assert.All(ends, end => Assert.True(end.ExitCode == Done, end.AssertCivil().Error));
        Assert.Single(ends, end => end.Error.Contains("The run 'nightly' is in", StringComparison.Ordinal));

        ToolResult third = Run(place, events, "--run-id", "nightly");
        Assert.Contains("The run 'nightly' is in", third.Error, StringComparison.Ordinal);
        Assert.Equal(Done, third.ExitCode);
        Assert.Equal(40, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);

        Assert.Equal(Done, Run(place, events, "--run-id", "nightly again").ExitCode);
        Assert.Equal(80, await java.CountAsync(place.Address));
    }

    [Theory]
    [InlineData("session_date,user_hash_bucket")]
    [InlineData("day(session_start_time),bucket(4,uuid)")]
    [InlineData("hour(session_start_time)")]
    public async Task OverwriteDates_ABackfillRunAgain_ReplacesThoseDatesAlone(string partitions)
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        Assert.Equal(Done, Run(place, Events("a", day: 1, users: 30), "--partition-by", partitions).ExitCode);
        Assert.Equal(Done, Run(place, Events("b", day: 2, users: 20), "--partition-by", partitions).ExitCode);
        Assert.Equal(Done, Run(place, Events("c", day: 2, users: 25), "--overwrite-dates").ExitCode);

        IReadOnlyList<Session> rows = await SinkRows.ReadAsync(place, Token);
        Assert.Equal(30, rows.Count(row => row.UserId.StartsWith('a')));
        Assert.Equal(0, rows.Count(row => row.UserId.StartsWith('b')));
        Assert.Equal(25, rows.Count(row => row.UserId.StartsWith('c')));
        Assert.Equal(rows.Count, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    [Fact]
    public async Task OverwriteDates_FilesWithOtherDatesToo_IsRefused()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        string both = _folder.Write("both.ndjson", File.ReadAllText(Events("a", day: 1, users: 3)) + File.ReadAllText(Events("b", day: 2, users: 3)));
        Assert.Equal(Done, Run(place, both, "--partition-by", "none").ExitCode);
        ToolResult refused = Run(place, Events("c", day: 2, users: 3), "--overwrite-dates").AssertCivil();
        Assert.Equal(Failed, refused.ExitCode);
        Assert.Contains("2024-05-01 to 2024-05-02", refused.Error, StringComparison.Ordinal);
        Assert.Equal(6, await java.CountAsync(place.Address));
        await java.VerifyAsync(place.Address);
    }

    [Theory]
    [MemberData(nameof(RaceTests.KillTables), MemberType = typeof(RaceTests))]
    public async Task KilledRuns_TheSameRunAgain_MakesItWhole(int table)
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        Assert.Equal(Done, Run(place, Events("first", day: 1, users: 10)).ExitCode);
        string events = Events("a", day: 2, users: 3000);
        Stopwatch whole = Stopwatch.StartNew();
        Assert.Equal(Done, Run(place, events, "--run-id", "measured").ExitCode);
        int milliseconds = (int)whole.ElapsedMilliseconds;
        Random random = new(20240506 + table);
        long rows = 3010;
        for (int round = 0; round < RaceTests.KillsOfATable; round++)
        {
            string run = string.Create(CultureInfo.InvariantCulture, $"run {round}");
            using (Process process = Start(place, events, "--run-id", run))
            {
                await Task.Delay(random.Next(milliseconds), Token);
                process.Kill(entireProcessTree: true);
                ToolProcess.Finish(process, null);
            }

            // Never half a commit: all rows of the run or none.
            await java.VerifyAsync(place.Address, "--allow-orphans", "--no-rows");
            Assert.Contains(await java.CountAsync(place.Address), (long[])[rows, rows + 3000]);
            ToolResult again = Run(place, events, "--run-id", run).AssertCivil();
            Assert.True(again.ExitCode == Done, again.Error);
            rows += 3000;
            Assert.Equal(rows, await java.CountAsync(place.Address));
        }
    }

    [Fact]
    public async Task Case23_PartitionValuesThatBreakPaths_ReadBackByJava()
    {
        TablePlace place = await _places.NewAsync(TablePlaceKind.HadoopLocal);
        JsonElement expected = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(SharedFiles.Find("cases/23-partition-values.expected.json")));
        ToolResult run = Run(place, SharedFiles.Find("cases/23-partition-values.ndjson"), "--partition-by", "uuid");
        Assert.True(run.ExitCode == Done, run.Error);

        TableRows.AssertEqual(
            new TableRows([.. expected.GetProperty("sessions").EnumerateArray()]).Select("uuid", "session_id", "event_count", "session_date", "user_hash_bucket"),
            (await java.ReadAsync(place.Address)).Select("uuid", "session_id", "event_count", "session_date", "user_hash_bucket"));
        Assert.Equal(1, (await java.PlanAsync(place.Address, "uuid = 'a/b'")).GetProperty("files_planned").GetInt32());
        string[] folders = [.. Directory.GetDirectories($"{place.Address.Location}/data").Select(folder => Path.GetFileName(folder)!)];
        IEnumerable<string> written = expected.GetProperty("partitions").EnumerateArray().Select(partition => partition.GetProperty("directory_that_iceberg_java_writes").GetString()!);
        Assert.Equal(written.Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
        await java.VerifyAsync(place.Address);
    }

    [Fact]
    public void Days_OneAfterTheOther_HaveIdsOfTheirOwn()
    {
        foreach (int day in (int[])[1, 2])
        {
            Assert.Equal(Done, ToolProcess.Run(_folder.Path, "batch", Events($"day-{day}", day, users: 5), "--table", "s.t", "--warehouse", "lake").AssertCivil().ExitCode);
        }

        ToolResult verified = ToolProcess.Run(_folder.Path, "table", "verify", "s.t", "--warehouse", "lake").AssertCivil();
        Assert.True(verified.ExitCode == Done, verified.Output + verified.Error);
    }

    [Fact]
    public async Task Table_OfAFolderAndOfSeveralLevels_LiesWhereItSays()
    {
        string events = Events("a", day: 1, users: 5);
        Assert.Equal(Done, ToolProcess.Run(_folder.Path, "batch", events, "--table", "a.b.t", "--warehouse", "lake").AssertCivil().ExitCode);
        string folder = _folder.File("lake/a/b/t");
        Assert.Equal(5, await java.CountAsync(folder));
        Assert.Equal(Done, ToolProcess.Run(_folder.Path, "batch", events, "--table", "lake/a/b/t").AssertCivil().ExitCode);
        Assert.Equal(10, await java.CountAsync(folder));
        await java.VerifyAsync(folder);
    }

    [Fact]
    public void Config_FileOfSettings_IsTakenAndTheCommandLineWins()
    {
        string events = Events("a", day: 1, users: 5);
        string config = _folder.Write("lake.json", """{ "warehouse": "nowhere", "catalog": "sql", "catalog-uri": "sqlite:///lake.db", "catalog-name": "lake" }""");
        ToolResult run = ToolProcess.Run(_folder.Path, "batch", events, "--table", "s.t", "--config", config, "--warehouse", "lake").AssertCivil();
        Assert.True(run.ExitCode == Done, run.Error);
        Assert.True(File.Exists(_folder.File("lake.db")));
        Assert.True(Directory.Exists(_folder.File("lake/s/t")));
        Assert.False(Directory.Exists(_folder.File("nowhere")));

        string wrong = _folder.Write("wrong.json", """{ "wherehouse": "lake" }""");
        Assert.Contains("'wherehouse'", ToolProcess.Run(_folder.Path, "batch", events, "--table", "s.t", "--config", wrong).AssertCivil().Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no namespace", "--table", "sessions")]
    [InlineData("leave one of the two out", "--table", "s.t", "-o", "x.csv")]
    [InlineData("--table", "--run-id", "x")]
    [InlineData("nope", "--table", "s.t", "--partition-by", "nope")]
    [InlineData("CatalogUri", "--table", "s.t", "--catalog", "sql")]
    public void Mistakes_OfTheCommandLine_AreOneSentence(string says, params string[] arguments)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", Events("a", day: 1, users: 1), .. arguments]).AssertCivil();
        Assert.Equal(Usage, result.ExitCode);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("warehouse")));
    }

    public async ValueTask DisposeAsync()
    {
        await _places.DisposeAsync();
        _folder.Dispose();
    }

    private ToolResult Run(TablePlace place, string events, params string[] more) => ToolProcess.Run(_folder.Path, Arguments(place, events, more));

    private Process Start(TablePlace place, string events, params string[] more) => ToolProcess.Start(_folder.Path, Arguments(place, events, more));

    private static string[] Arguments(TablePlace place, string events, string[] more) =>
        ["batch", events, "--table", place.Options().Name, .. TableArguments.Of(place), .. more];

    private string Events(string prefix, int day, int users) => EventFiles.Write(_folder, prefix, day, users);
}
