using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

public sealed class GenerateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Generate_OneSeed_IsOneOutput()
    {
        string[] arguments = ["generate", "--users", "20", "--events", "500", "--out-of-order", "10%", "--duplicates", "0.1", "--bad", "5%", "--seed"];

        byte[] first = ToolProcess.Run(_folder.Path, [.. arguments, "7"]).AssertCivil().OutputBytes;
        Assert.Equal(0, ToolProcess.Run(_folder.Path, [.. arguments, "7", "-o", "again.ndjson"]).AssertCivil().ExitCode);
        byte[] other = ToolProcess.Run(_folder.Path, [.. arguments, "8"]).AssertCivil().OutputBytes;

        Assert.Equal(first, File.ReadAllBytes(_folder.File("again.ndjson")));
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Generate_IntoBatch_CountsAgree()
    {
        Assert.Equal(0, ToolProcess.Run(_folder.Path, "generate", "--num-users", "30", "--rate", "2", "--duration", "30", "--bad", "5%", "-o", "e.ndjson.gz").AssertCivil().ExitCode);

        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "e.ndjson.gz", "-o", "s.csv", "--output", "json").AssertCivil();

        using JsonDocument summary = JsonDocument.Parse(result.Output);
        Assert.Equal((3600, 30), (summary.RootElement.GetProperty("events").GetInt32(), summary.RootElement.GetProperty("users").GetInt32()));
        string[] reasons = [.. summary.RootElement.GetProperty("bad_events").EnumerateObject().Select(reason => reason.Name)];
        Assert.Equal(["BadTimestamp", "MalformedJson", "MissingTimestamp", "MissingUserId", "TimestampOutOfRange"], reasons);
    }

    [Fact]
    public void Generate_Sample_IsOneReadableEvent()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "generate", "--sample").AssertCivil();

        using JsonDocument sample = JsonDocument.Parse(result.Output);
        Assert.Equal(
            ["event_id", "page_name", "event_timestamp", "booking_details", "uuid", "event_details"],
            sample.RootElement.EnumerateObject().Select(field => field.Name));
        Assert.StartsWith("{\n  \"event_id\": \"", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_ManyEvents_HaveTheOriginalsFormAndSize()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "generate", "--users", "1000", "--events", "20000", "--duplicates", "1%").AssertCivil();

        (string Id, string User, string Line)[] events = [.. result.OutputLines.Select(line =>
        {
            using JsonDocument e = JsonDocument.Parse(line);
            return (e.RootElement.GetProperty("event_id").GetString()!, e.RootElement.GetProperty("uuid").GetString()!, line);
        })];
        Assert.All(events, e => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", e.Id));
        Assert.All(events, e => Assert.Matches("^(user-[0-9]{4}-[0-9]{4}-[0-9]{5}-[0-9]{5}|robot-[0-9]{3})$", e.User));
        Assert.Equal(20_000, events.Select(e => e.Id).Distinct().Count());
        Assert.Equal(1000, events.Select(e => e.User).Distinct().Count());
        Assert.Equal(20_000, events.Distinct().Count());
        Assert.InRange(events.Average(e => e.Line.Length + 1), 255, 285);
    }

    [Fact]
    public void Generate_WithEventBytes_FillsShorterEventsUpAndChangesNothingElse()
    {
        const int Least = 280;
        string[] arguments = ["generate", "--users", "50", "--events", "2000"];
        string[] usual = [.. ToolProcess.Run(_folder.Path, arguments).AssertCivil().OutputLines];
        string[] filled = [.. ToolProcess.Run(_folder.Path, [.. arguments, "--event-bytes", $"{Least}"]).AssertCivil().OutputLines];

        Assert.Contains(usual, line => line.Length < Least);
        Assert.Equal(usual.Select(line => Math.Max(line.Length, Least)), filled.Select(line => line.Length));
        Assert.Equal(usual.Select(WithoutDetails), filled.Select(WithoutDetails));

        static string WithoutDetails(string line)
        {
            JsonObject e = JsonNode.Parse(line)!.AsObject();
            e["booking_details"] = null;
            return e.ToJsonString();
        }
    }

    [Fact]
    public void Generate_WrongOptions_AreAllTold()
    {
        ToolResult result = ToolProcess.Run(
            _folder.Path, "generate", "--users", "0", "--rate", "0", "--duration", "none", "--bad", "101%", "--out-of-order", "1.5").AssertCivil();

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.All(
            (string[])["--users: '0'", "--rate: '0'", "--duration: 'none'", "--bad: '101%'", "--out-of-order: '1.5'"],
            mistake => Assert.Contains(mistake, result.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--rate 1000000000 --duration 36500d", "--rate: 1000000000 a second makes more than")]
    [InlineData("--rate 0.000001", "--rate: 1E-06 a second makes more than")]
    [InlineData("--rate 1 --duration 1h --events 1", "give two of the three")]
    public void Generate_RateThatCannotBe_IsAMistake(string arguments, string expected)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, ["generate", .. arguments.Split(' ')]).AssertCivil();
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("e.ndjson.zst", "end the name in .gz")]
    [InlineData("e.zip", "end the name in .gz")]
    [InlineData("e.parquet", "end the name in .ndjson")]
    [InlineData("e.CSV", "end the name in .ndjson")]
    public void Generate_NameOfAnotherForm_IsRefused(string name, string remedy)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "generate", "-o", name).AssertCivil();
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains($"-o: '{name}' names a file of", result.Error, StringComparison.Ordinal);
        Assert.Contains(remedy, result.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Generate_ReaderThatStops_EndsTheToolQuietly()
    {
        // Hours of work, were the closed pipe not seen.
        ToolResult result = ToolProcess.Shell(_folder.Path, "sessionize generate --events 1000000000 | head -n 1; exit ${PIPESTATUS[0]}").AssertCivil();
        Assert.Equal((141, ""), (result.ExitCode, result.Error));
        Assert.Single(result.OutputLines);
    }

    [Fact]
    public void Generate_FullDiskOrExistingFile_IsASentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/full.");
        _folder.Write("mine.ndjson", "mine");

        ToolResult full = ToolProcess.Shell(_folder.Path, "sessionize generate >/dev/full").AssertCivil();
        ToolResult exists = ToolProcess.Run(_folder.Path, "generate", "-o", "mine.ndjson").AssertCivil();

        Assert.Equal((1, 1), (full.ExitCode, exists.ExitCode));
        Assert.Contains("Cannot write to the output: No space left on device. Choose", full.Error, StringComparison.Ordinal);
        Assert.Contains("--overwrite", exists.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder.File("mine.ndjson")));
    }

    [Fact]
    public void Generate_Interrupted_LeavesNoFile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs signals, and a look at the files that a process has open.");
        using Process process = ToolProcess.Start(_folder.Path, "generate", "--events", "1000000000", "-o", "e.ndjson");
        ToolResult result = ToolProcess.Finish(process, _ =>
        {
            Assert.True(SpinWait.SpinUntil(() => OpenFiles.CountIn(process, _folder.Path) > 0, TimeSpan.FromMinutes(1)));
            using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }).AssertCivil();

        Assert.Equal((130, ""), (result.ExitCode, result.Output));
        Assert.Empty(_folder.Names());
    }
}
