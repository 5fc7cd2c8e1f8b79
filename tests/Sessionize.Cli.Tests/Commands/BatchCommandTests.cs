using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

public sealed class BatchCommandTests : IDisposable
{
    private const long StartMs = 1_704_082_500_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("./out.ndjson")]
    [InlineData("folder/out.ndjson")]
    [InlineData("{0}/out.ndjson")]
    public void Batch_OutputNamedWithItsFolder_IsWritten(string output)
    {
        Directory.CreateDirectory(_folder.File("folder"));
        _folder.Write("events.ndjson", $$"""{"uuid":"u","event_timestamp":{{StartMs}}}""");

        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", string.Format(CultureInfo.InvariantCulture, output, _folder.Path)).AssertCivil();

        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        Assert.Contains("out.ndjson", result.Output);
    }

    [Fact]
    public void Batch_SeveralMistakes_AreAllToldWithOptionTextAndARightOne()
    {
        ToolResult result = ToolProcess.Run(
            _folder.Path, "batch", "x", "--nope", "--inactivity-timeout", "0", "--max-session-duration", "40000d", "--ids", "name", "-o", "out.orc",
            "--cut-at-midnight", "Mars", "--user-field", "a..b", "--max-session-events", "none", "--end-time", "2024-05-06T12:00:00", "--end-on-page", "",
            "--threads", "0", "--memory", "64", "--temp", "nowhere").AssertCivil();

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        string[] expected =
        [
            "'--nope' is no option of this command",
            "--inactivity-timeout: '0' is not above zero in whole milliseconds: give at least 1ms, such as 30m, or none.",
            "--max-session-duration: '40000d' is too long: give at most 36500d, such as 2h, or none.",
            "--ids: 'name' is no choice: give ordinal or start-time.",
            "-o: 'out.orc' does not end in .ndjson, .jsonl, .csv or .parquet: give --format, such as --format ndjson.",
            "--cut-at-midnight: 'Mars' is no time zone of this machine: give one such as Europe/Berlin or UTC.",
            "--user-field: 'a..b' is no field: give a name, or names joined by single dots, such as user.id.",
            "--max-session-events: 'none' is no whole number from 1",
            "--end-time: '2024-05-06T12:00:00' is no time: give milliseconds since 1970, or ISO 8601 with offset such as 2024-05-06T12:00:00Z.",
            "--end-on-page: '' is empty: give a page name such as logout.",
            "--threads: '0' is no whole number from 1 to 256: give one such as 4.",
            "--memory: '64' is no size: give a number with MiB, GiB, MB or GB, such as 512MiB.",
            "--temp: 'nowhere' is no folder: create it, or name one that exists.",
        ];
        Assert.All(expected, mistake => Assert.Contains(mistake, result.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("batch")]
    [InlineData("batch --output json")]
    [InlineData("nothing")]
    [InlineData("batch x --format")]
    public void Arguments_Incomplete_AreExitCode2(string arguments)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).AssertCivil();
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_BareNumbers_AreMinutesAndHoursAndToldSo()
    {
        WriteEvents("events.ndjson", (0, "a"), (61, "b"), (70, "c"), (200, "d"));

        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "--inactivity-timeout", "60", "--max-session-duration", "1").AssertCivil();

        Assert.Contains("--inactivity-timeout 60 is read as 60 minutes.", result.Error, StringComparison.Ordinal);
        Assert.Contains("--max-session-duration 1 is read as 1 hour.", result.Error, StringComparison.Ordinal);
        Assert.Equal(["u_session_1_0", "u_session_2_0", "u_session_3_0"], Column(result, "session_id"));
    }

    [Theory]
    [InlineData("--inactivity-timeout none", "1_0 1_1 1_2")]
    [InlineData("--max-session-duration none --boundary exclusive", "1_0 2_0 3_0 4_0 5_0")]
    [InlineData("--max-session-duration none", "1_0 2_0 3_0")]
    [InlineData("--inactivity-timeout 3h", "1_0 1_1 1_2")]
    [InlineData("--inactivity-timeout 3h --alignment restarting", "1_0 1_1")]
    [InlineData("--inactivity-timeout 1d --max-session-duration none --max-session-events 2", "1_0 1_1 1_2")]
    [InlineData("--inactivity-timeout 1d --max-session-duration none --cut-at-midnight America/Chicago", "1_0 2_0")]
    public void Batch_RuleOptions_AreObeyed(string arguments, string expected)
    {
        // 22:15 in Chicago at the start.
        WriteEvents("events.ndjson", (0, "a"), (30, "b"), (100, "c"), (130, "d"), (240, "e"));
        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", "events.ndjson", .. arguments.Split(' ')]).AssertCivil();
        Assert.Equal(expected.Split(' '), Column(result, "session_id").Select(id => id["u_session_".Length..]));
    }

    [Fact]
    public void Batch_OtherFieldsAndForms_AreRead()
    {
        _folder.Write("events.ndjson", """
            {"user":{"id":7},"at":"2024-05-06T12:00:00+02:00","page":"a"}
            {"user":{"id":7},"at":"2024-05-06T10:01:00Z","page":"logout"}
            {"user":{"id":7},"at":"2024-05-06T10:02:00Z","page":"b"}
            """);

        ToolResult result = ToolProcess.Run(
            _folder.Path, "batch", "events.ndjson", "--user-field", "user.id", "--time-field", "at", "--page-field", "page", "--time-format", "iso8601",
            "--end-on-page", "logout", "--ids", "start-time", "--end-time", "2024-05-07T00:00:00Z").AssertCivil();

        Assert.Equal(["7_session_1714989600000_0", "7_session_1714989720000_0"], Column(result, "session_id"));
        Assert.Equal(["Rule:end-on-page", "Inactivity"], Column(result, "end_reason"));
    }

    [Fact]
    public void Batch_EndTimeBelowTheHighestEvent_NamesBoth()
    {
        WriteEvents("events.ndjson", (0, "a"));
        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", "out.ndjson", "--end-time", "1704082499999").AssertCivil();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("1704082499999", result.Error, StringComparison.Ordinal);
        Assert.Contains("1704082500000", result.Error, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson"], _folder.Names());
    }

    [Fact]
    public void Batch_DryRun_SummarisesAndWritesNothing()
    {
        WriteEvents("events.ndjson", (0, "a"), (5, "b"));
        File.AppendAllText(_folder.File("events.ndjson"), "bad\n");

        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", "out.csv", "--dry-run", "--output", "json", "--strict").AssertCivil();

        using JsonDocument summary = JsonDocument.Parse(result.Output);
        Assert.Equal((3, 2, 1), (result.ExitCode, summary.RootElement.GetProperty("events").GetInt32(), summary.RootElement.GetProperty("sessions").GetInt32()));
        Assert.Equal(300, summary.RootElement.GetProperty("session_duration_seconds").GetProperty("max").GetDouble());
        Assert.Equal(["events.ndjson"], _folder.Names());
    }

    [Fact]
    public void Batch_ExistingOutput_IsReplacedOnlyWithOverwrite()
    {
        WriteEvents("events.ndjson", (0, "a"));
        _folder.Write("out.csv", "precious");

        ToolResult refused = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", "out.csv").AssertCivil();
        Assert.Equal((1, "precious"), (refused.ExitCode, File.ReadAllText(_folder.File("out.csv"))));
        Assert.Contains("--overwrite", refused.Error, StringComparison.Ordinal);

        ToolResult replaced = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", "out.csv", "--overwrite").AssertCivil();
        Assert.Equal((0, 2), (replaced.ExitCode, File.ReadLines(_folder.File("out.csv")).Count()));
        Assert.Equal(["events.ndjson", "out.csv"], _folder.Names());
    }

    [Fact]
    public void Batch_ExistingFileNamedForBadEvents_IsReplacedOnlyWithOverwriteAndDeletedOnlyIfOfBadEvents()
    {
        WriteEvents("events.ndjson", (0, "a"));
        _folder.Write("mine.txt", "precious");
        string[] arguments = ["batch", "events.ndjson", "-o", "out.csv", "--bad-events", "mine.txt"];

        ToolResult refused = ToolProcess.Run(_folder.Path, arguments).AssertCivil();
        Assert.Equal((1, "precious"), (refused.ExitCode, File.ReadAllText(_folder.File("mine.txt"))));
        Assert.Contains("'mine.txt' exists already. Choose another name, or give --overwrite.", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson", "mine.txt"], _folder.Names());

        ToolResult none = ToolProcess.Run(_folder.Path, [.. arguments, "--overwrite"]).AssertCivil();
        Assert.Equal((0, "precious"), (none.ExitCode, File.ReadAllText(_folder.File("mine.txt"))));

        File.AppendAllText(_folder.File("events.ndjson"), "bad\n");
        ToolResult some = ToolProcess.Run(_folder.Path, [.. arguments, "--overwrite"]).AssertCivil();
        Assert.Equal(0, some.ExitCode);
        Assert.Contains("MalformedJson", File.ReadAllText(_folder.File("mine.txt")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-o out.ndjson.gz --format ndjson", "-o: 'out.ndjson.gz'")]
    [InlineData("-o out.csv.ZST", "-o: 'out.csv.ZST'")]
    [InlineData("-o out.csv --bad-events bad.gz", "--bad-events: 'bad.gz'")]
    public void Batch_NameOfACompressedFile_IsRefused(string arguments, string expected)
    {
        WriteEvents("events.ndjson", (0, "a"));
        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", "events.ndjson", .. arguments.Split(' ')]).AssertCivil();

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains($"{expected} names a compressed file, and this command writes plain text", result.Error, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson"], _folder.Names());
    }

    [Theory]
    [InlineData("-o out.parquet")]
    [InlineData("-o out.PARQUET")]
    [InlineData("-o out --format parquet")]
    public void Batch_Parquet_IsWrittenByEndingOrFormat(string arguments)
    {
        WriteEvents("events.ndjson", (0, "a"), (5, "b"));
        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", "events.ndjson", .. arguments.Split(' ')]).AssertCivil();

        string output = arguments.Split(' ')[1];
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["events.ndjson", output], _folder.Names());
        AssertIsParquet(File.ReadAllBytes(_folder.File(output)));
    }

    [Fact]
    public void Batch_ParquetToAPipe_IsTheFile()
    {
        WriteEvents("events.ndjson", (0, "a"), (5, "b"));
        Assert.Equal(0, ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", "out.parquet").AssertCivil().ExitCode);

        ToolResult piped = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "--format", "parquet").AssertCivil();
        ToolResult redirected = ToolProcess.Shell(_folder.Path, "sessionize batch events.ndjson --format parquet >redirected.parquet").AssertCivil();

        Assert.Equal((0, 0), (piped.ExitCode, redirected.ExitCode));
        Assert.Equal(File.ReadAllBytes(_folder.File("out.parquet")), piped.OutputBytes);
        Assert.Equal(piped.OutputBytes, File.ReadAllBytes(_folder.File("redirected.parquet")));
    }

    [Fact]
    public void Batch_ParquetToATerminal_IsRefused()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "Needs the program script, which has a terminal.");
        WriteEvents("events.ndjson", (0, "a"));
        ToolResult result = ToolProcess.Shell(
            _folder.Path, "script -qec \"$SESSIONIZE_HOST '$SESSIONIZE_TOOL' batch events.ndjson --format parquet\" /dev/null");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("parquet is no text for a terminal: name a file with -o, or redirect the output.", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("PAR1", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--threads 1")]
    [InlineData("--threads 4")]
    [InlineData("--threads 3 --memory 64MiB --temp .")]
    public void Batch_ResourceOptions_ChangeNoRowAndLeaveNothing(string arguments)
    {
        Assert.Equal(0, ToolProcess.Run(_folder.Path, "generate", "--users", "300", "--events", "20000", "--bad", "1%", "-o", "e.ndjson").AssertCivil().ExitCode);
        ToolResult expected = ToolProcess.Run(_folder.Path, "batch", "e.ndjson").AssertCivil();

        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", "e.ndjson", .. arguments.Split(' ')]).AssertCivil();

        Assert.Equal((0, expected.Output), (result.ExitCode, result.Output));
        Assert.Equal(["e.ndjson", "sessionize.bad.ndjson"], _folder.Names());
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("America/Los_Angeles")]
    public void Batch_OverMidnight_IsTheSameInEveryTimeZoneOfTheMachine(string zone)
    {
        string path = SharedFiles.Find("cases/03-over-midnight.ndjson");
        ToolResult here = ToolProcess.Run(_folder.Path, "batch", path).AssertCivil();
        ToolResult there = ToolProcess.Shell(_folder.Path, $"TZ={zone} sessionize batch '{path}'").AssertCivil();
        Assert.Equal((0, here.Output), (there.ExitCode, there.Output));
        Assert.Contains("\"session_date\":\"2024-02-29\"", there.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("253402300800000")]
    [InlineData("1969-12-31T23:59:59Z")]
    public void Batch_EndTimeOutOfRange_IsRefused(string time)
    {
        WriteEvents("events.ndjson", (0, "a"));
        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "--end-time", time).AssertCivil();

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains($"--end-time: '{time}' is not between the years 1970 and 9999", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_OnATerminal_DrawsABarAndEndsWell()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "Needs the program script, which has a terminal.");
        Assert.Equal(0, ToolProcess.Shell(_folder.Path, "mkfifo e.ndjson").ExitCode);
        using Process process = ToolProcess.StartShell(
            _folder.Path, "TERM=xterm exec script -qec \"$SESSIONIZE_HOST '$SESSIONIZE_TOOL' batch e.ndjson -o out.csv\" /dev/null");

        // The bar comes after half a second, however fast the tool is: the input ends when it was seen.
        using (FileStream pipe = new(_folder.File("e.ndjson"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            pipe.Write("{\"uuid\":\"u\",\"event_timestamp\":1704082500000}\n"u8);
            pipe.Flush();
            AssertComes(process.StandardOutput, "\u001b[?25l");
        }

        ToolResult result = ToolProcess.Finish(process, standardInput: null);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("written to out.csv", result.Output, StringComparison.Ordinal);
        Assert.Equal(["e.ndjson", "out.csv"], _folder.Names());
    }

    private static void AssertIsParquet(ReadOnlySpan<byte> file)
    {
        Assert.True(file.StartsWith("PAR1"u8));
        Assert.True(file.EndsWith("PAR1"u8));
    }

    private static void AssertComes(StreamReader output, string expected)
    {
        StringBuilder seen = new();
        while (!seen.ToString().Contains(expected, StringComparison.Ordinal))
        {
            int letter = output.Read();
            Assert.True(letter >= 0, $"The tool ended without it: {seen}");
            seen.Append((char)letter);
        }
    }

    private void WriteEvents(string name, params (int Minute, string Page)[] events) => _folder.Write(name, string.Concat(events.Select(e =>
        $$"""{"uuid":"u","event_timestamp":{{(StartMs + (e.Minute * 60_000L)).ToString(CultureInfo.InvariantCulture)}},"page_name":"{{e.Page}}"}""" + "\n")));

    private static string[] Column(ToolResult result, string name) => [.. result.OutputLines.Select(line =>
    {
        using JsonDocument row = JsonDocument.Parse(line);
        return row.RootElement.GetProperty(name).GetString()!;
    })];
}
