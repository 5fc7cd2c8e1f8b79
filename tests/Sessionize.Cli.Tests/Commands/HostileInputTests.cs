using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

/// <summary>Whatever goes wrong: a sentence and an exit code, no stack trace, nothing half-written.</summary>
public sealed class HostileInputTests : IDisposable
{
    private const string Event = """{"uuid":"u","event_timestamp":1704082500000,"page_name":"home"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Batch_OnlyBadLines_GivesAnEmptyOutputAndAllLetters()
    {
        _folder.Write("bad.ndjson", string.Concat(Enumerable.Range(0, 1000).Select(i => $"no json {i}\n")));

        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "bad.ndjson", "-o", "out.csv").AssertCivil();

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("1,000 bad events", result.Output, StringComparison.Ordinal);
        Assert.Single(File.ReadLines(_folder.File("out.csv")));
        using JsonDocument letter = JsonDocument.Parse(File.ReadLines(_folder.File("out.csv.bad.ndjson")).Last());
        Assert.Equal(("MalformedJson", 1000), (letter.RootElement.GetProperty("reason").GetString(), letter.RootElement.GetProperty("line").GetInt32()));
    }

    [Fact]
    public void Batch_LineOfAHundredMegabytes_IsBadAndTheNextLineIsRead()
    {
        byte[] megabyte = new byte[1 << 20];
        megabyte.AsSpan().Fill((byte)'x');

        ToolResult result = ToolProcess.Run(
            _folder.Path,
            input =>
            {
                for (int i = 0; i < 100; i++)
                {
                    input.Write(megabyte);
                }

                input.Write(Encoding.UTF8.GetBytes($"\n{Event}\n"));
            },
            "batch", "-", "--output", "json").AssertCivil();

        Assert.Equal(0, result.ExitCode);
        Assert.Single(result.OutputLines);
        Assert.Contains("\"LineTooLong\":1", result.Error, StringComparison.Ordinal);
        Assert.Equal(["sessionize.bad.ndjson"], _folder.Names());
        Assert.InRange(new FileInfo(_folder.File("sessionize.bad.ndjson")).Length, 1, 70_000);
    }

    [Fact]
    public void Batch_UserIdOfAMegabyte_IsAUserWhenLinesMayBeSoLong()
    {
        string user = new('u', 1 << 20);
        _folder.Write("events.ndjson", $$"""{"uuid":"{{user}}","event_timestamp":1704082500000}""");

        ToolResult refused = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", "refused.ndjson", "--strict").AssertCivil();
        ToolResult taken = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", "out.ndjson", "--max-line-bytes", "2000000").AssertCivil();

        Assert.Equal((3, 0), (refused.ExitCode, taken.ExitCode));
        using JsonDocument row = JsonDocument.Parse(File.ReadAllText(_folder.File("out.ndjson")));
        Assert.Equal(user, row.RootElement.GetProperty("uuid").GetString());
    }

    [Fact]
    public void Batch_Directory_IsRefusedByName()
    {
        Directory.CreateDirectory(_folder.File("clicks"));
        AssertFails(["clicks"], "'clicks'", "clicks");
    }

    [Fact]
    public void Batch_OutputIsADirectory_IsRefusedByName()
    {
        _folder.Write("events.ndjson", Event);
        Directory.CreateDirectory(_folder.File("out.ndjson"));
        AssertFails(["events.ndjson"], "it is a directory", "events.ndjson", "out.ndjson");
    }

    [Fact]
    public void Batch_SeveralWrongInputs_AreToldAtOnce()
    {
        ToolResult result = AssertFails(["missing.ndjson", "none/such.ndjson"], "missing.ndjson");
        Assert.Contains("none/such.ndjson", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batch", "\u001b]0;title\u0007.ndjson")]
    [InlineData("batch", "\u001b[2J*.gz")]
    [InlineData("batch", "--\u001b[2J")]
    [InlineData("\u001b[2J", "x")]
    [InlineData("demo", "\u001b[2J")]
    [InlineData("generate", "-o", "no/\u001b[2J")]
    [InlineData("batch", "events.ndjson", "-o", "no/\u001b[2J.csv")]
    public void Arguments_WithEscapes_AreToldAsText(params string[] arguments)
    {
        _folder.Write("events.ndjson", Event);
        ToolResult result = ToolProcess.Run(_folder.Path, arguments).AssertCivil();

        Assert.InRange(result.ExitCode, 1, 2);
        Assert.Contains("\\u{1b}", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Error, letter => char.IsControl(letter) && letter != '\n');
    }

    [Fact]
    public void Batch_SummaryAsJsonWithAHostileName_StaysJson()
    {
        _folder.Write("events.ndjson", Event + "\nbad\n");
        string name = "\u202ebad\u001b.ndjson";
        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "--output", "json", "--bad-events", name).AssertCivil();

        using JsonDocument summary = JsonDocument.Parse(result.Error);
        Assert.Equal((0, name), (result.ExitCode, summary.RootElement.GetProperty("bad_events_file").GetString()));
        Assert.DoesNotContain('\u202e', result.Error);
    }

    [Fact]
    public void Batch_NoPermission_IsRefusedByName()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs permissions of a file.");
        _folder.Write("events.ndjson", Event);

        // Root may read everything, so it runs the tool as nobody.
        string nobody = Environment.IsPrivilegedProcess ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "";
        ToolResult possible = ToolProcess.Shell(_folder.Path, $"chmod 755 . && chmod 000 events.ndjson && {nobody} test -r \"$SESSIONIZE_TOOL\"");
        Assert.SkipUnless(possible.ExitCode == 0, "Root cannot run the tool as another user here: run the tests as another user to see this one.");

        ToolResult result = ToolProcess.Shell(_folder.Path, $"{nobody} $SESSIONIZE_HOST \"$SESSIONIZE_TOOL\" batch events.ndjson").AssertCivil();
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("'events.ndjson' may not be read", result.Error, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson"], _folder.Names());
    }

    [Theory]
    [InlineData("cases/20-gzip-cut.body.ndjson.gz")]
    [InlineData("cases/20-gzip-cut.second.ndjson.gz")]
    [InlineData("cases/20-gzip-cut.trailer.ndjson.gz")]
    public void Batch_DamagedGzip_NamesTheFileAndWritesNothing(string file) =>
        AssertFails([SharedFiles.Find(file)], Path.GetFileName(file));

    [Fact]
    public void Batch_FullDisk_IsASentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/full.");
        _folder.Write("events.ndjson", Event + "\nbad\n");

        ToolResult result = ToolProcess.Shell(_folder.Path, "sessionize batch events.ndjson >/dev/full").AssertCivil();
        ToolResult device = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", "/dev/full", "--format", "ndjson", "--overwrite").AssertCivil();
        ToolResult silent = ToolProcess.Shell(_folder.Path, "sessionize batch events.ndjson 2>/dev/full").AssertCivil();

        Assert.Equal((1, 1, 0), (result.ExitCode, device.ExitCode, silent.ExitCode));
        Assert.Contains("No space left on device. Choose", result.Error, StringComparison.Ordinal);
        Assert.Contains("it is a device or a pipe", device.Error, StringComparison.Ordinal);
        Assert.Single(silent.OutputLines);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void Batch_SignalInTheMiddle_WritesNothing(string signal, int exitCode)
    {
        ToolResult result = RunAndSignal(signal).AssertCivil();
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains("no file was written", result.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.Names());
    }

    [Theory]
    [InlineData("KILL", 137)]
    [InlineData("TERM", 143)]
    public void Batch_KilledWithOutputBadEventsAndSpilledEvents_LeavesNothing(string signal, int exitCode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs files without a name, and a look at the files that a process has open.");
        const int FilesOfTheRun = 3;
        using Process process = ToolProcess.Start(_folder.Path, "batch", "-", "-o", "out.parquet", "--memory", "16MiB", "--temp", _folder.Path);
        ToolResult result = ToolProcess.Finish(process, input =>
        {
            byte[] events = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Event + "\n", 100_000)) + "bad\n");
            while (OpenFiles.CountIn(process, _folder.Path) < FilesOfTheRun)
            {
                input.Write(events);
            }

            Signal(process, signal);
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
        });

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Batch_HangupThatNohupIgnores_DoesNotStopIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs signals.");
        using Process process = ToolProcess.StartShell(_folder.Path, "trap '' HUP; exec $SESSIONIZE_HOST \"$SESSIONIZE_TOOL\" batch - -o out.ndjson");
        ToolResult result = ToolProcess.Finish(process, input =>
        {
            WriteMoreThanAPipeHolds(input);
            Signal(process, "HUP");
            input.Write(Encoding.UTF8.GetBytes(Event));
        });

        Assert.Equal(0, result.ExitCode);
        Assert.Single(File.ReadLines(_folder.File("out.ndjson")));
    }

    [Theory]
    [InlineData("out.ndjson", "out.ndjson", "also the output")]
    [InlineData("out.ndjson", "./out.ndjson", "also the output")]
    [InlineData("out.ndjson", "events.ndjson", "also the input")]
    public void Batch_BadEventsIntoAnotherFileOfTheRun_IsRefused(string output, string badEvents, string expected)
    {
        _folder.Write("events.ndjson", Event + "\nbad\n");
        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "events.ndjson", "-o", output, "--bad-events", badEvents).AssertCivil();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson"], _folder.Names());
    }

    [Fact]
    public void Batch_RedirectedIntoItself_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/stdin.");
        _folder.Write("events.ndjson", Event + "\n");
        foreach (string line in (string[])["batch - -o events.ndjson --overwrite <events.ndjson", "batch events.ndjson >>events.ndjson"])
        {
            ToolResult result = ToolProcess.Shell(_folder.Path, $"sessionize {line}").AssertCivil();
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("also the input", result.Error, StringComparison.Ordinal);
            Assert.Equal(Event + "\n", File.ReadAllText(_folder.File("events.ndjson")));
        }
    }

    /// <summary>Sends a signal to a run that has read a part of its input, and has written a part of its output.</summary>
    private ToolResult RunAndSignal(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs signals.");
        using Process process = ToolProcess.Start(_folder.Path, "batch", "-", "-o", "out.ndjson");
        return ToolProcess.Finish(process, input =>
        {
            WriteMoreThanAPipeHolds(input);
            Signal(process, signal);
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
        });
    }

    /// <summary>Of bad lines, so that a file for them was begun; and so much that the tool has read some for sure.</summary>
    private static void WriteMoreThanAPipeHolds(Stream input)
    {
        input.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("bad\n", 1_000_000))));
        input.Flush();
    }

    private static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private ToolResult AssertFails(string[] inputs, string expected, params string[] names)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, ["batch", .. inputs, "-o", "out.ndjson"]).AssertCivil();
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(names, _folder.Names());
        return result;
    }
}
