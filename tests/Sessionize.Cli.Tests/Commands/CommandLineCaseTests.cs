using System.Text.Json;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

/// <summary>The seven calls of the shared case 24, with <c>out.ndjson</c> for <c>out.parquet</c>.</summary>
public sealed class CommandLineCaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Case24_Run1_PatternWithoutMatch_IsRefused()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "nothing-here-*.ndjson", "-o", "out.ndjson").AssertCivil();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nothing-here-*.ndjson", result.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Case24_Run2_SecondFileMissing_WritesNothing()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "batch", TwoLimits(), "missing.ndjson", "-o", "out.ndjson").AssertCivil();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("missing.ndjson", result.Error, StringComparison.Ordinal);
        Assert.Empty(_folder.Names());
    }

    [Theory]
    [InlineData("copy.ndjson", "copy.ndjson")]
    [InlineData("copy.ndjson", "./sub/../copy.ndjson")]
    [InlineData("copy.ndjson", "symbolic.ndjson")]
    [InlineData("copy.ndjson", "hard.ndjson")]
    [InlineData("symbolic.ndjson", "copy.ndjson")]
    [InlineData("hard.ndjson", "symbolic.ndjson")]
    public void Case24_Run3_OutputIsAlsoTheInput_IsRefused(string input, string output)
    {
        byte[] before = File.ReadAllBytes(TwoLimits());
        _folder.Write("copy.ndjson", before);
        Directory.CreateDirectory(_folder.File("sub"));
        Assert.Equal(0, ToolProcess.Shell(_folder.Path, "ln copy.ndjson hard.ndjson && ln -s copy.ndjson symbolic.ndjson").ExitCode);
        string[] names = _folder.Names();

        foreach (string[] more in (string[][])[[], ["--overwrite"]])
        {
            ToolResult result = ToolProcess.Run(_folder.Path, ["batch", input, "--format", "ndjson", "-o", output, .. more]).AssertCivil();

            Assert.Equal(1, result.ExitCode);
            Assert.Contains("also the input", result.Error, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(_folder.File("copy.ndjson")));
            Assert.Equal(names, _folder.Names());
        }
    }

    [Fact]
    public void Case24_Run4_ReaderThatStops_GetsAWholeLineAndNoTalk()
    {
        ToolResult result = ToolProcess.Shell(
            _folder.Path, $"sessionize batch '{SharedFiles.Find("data/nasa-19950801.ndjson.gz")}' --format ndjson | head -n 1; exit ${{PIPESTATUS[0]}}").AssertCivil();

        // A slow machine may have told how far it was.
        Assert.Equal(141, result.ExitCode);
        Assert.DoesNotMatch("(?i)error|cannot|pipe|fail", result.Error);
        Assert.EndsWith("\n", result.Output, StringComparison.Ordinal);
        using JsonDocument row = JsonDocument.Parse(Assert.Single(result.OutputLines));
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Case24_Run5_NeitherIsATerminal_NoEscapes()
    {
        ToolResult result = ToolProcess.Shell(_folder.Path, $"sessionize batch '{TwoLimits()}' --format ndjson >out.ndjson 2>log").AssertCivil();

        Assert.Equal(0, result.ExitCode);
        Assert.All(File.ReadLines(_folder.File("out.ndjson")), line => JsonDocument.Parse(line).Dispose());
        string log = File.ReadAllText(_folder.File("log"));
        Assert.Contains("sessions", log, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', log);
        Assert.DoesNotContain('\r', log);
    }

    [Theory]
    [InlineData("out.ndjson", "")]
    [InlineData("out.csv", "uuid,session_id,")]
    public void Case24_Run6_EmptyFile_GivesAnOutputWithoutRows(string output, string expectedStart)
    {
        _folder.Write("empty.ndjson", "");

        ToolResult result = ToolProcess.Run(_folder.Path, "batch", "empty.ndjson", "-o", output).AssertCivil();

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("0 events", result.Output, StringComparison.Ordinal);
        string content = File.ReadAllText(_folder.File(output));
        Assert.StartsWith(expectedStart, content, StringComparison.Ordinal);
        Assert.Equal(expectedStart.Length == 0 ? 0 : 1, content.Count(c => c == '\n'));
    }

    [Fact]
    public void Case24_Run7_StrictWithBadEvents_IsExitCode3WithCounts()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "batch", SharedFiles.Find("cases/13-json-array.ndjson"), "-o", "out.ndjson", "--strict").AssertCivil();

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("5 bad events, in out.ndjson.bad.ndjson", result.Output, StringComparison.Ordinal);
        Assert.Contains("MalformedJson", result.Output, StringComparison.Ordinal);
        Assert.Equal(["out.ndjson", "out.ndjson.bad.ndjson"], _folder.Names());
        Assert.Equal(5, File.ReadLines(_folder.File("out.ndjson.bad.ndjson")).Count());
    }

    private static string TwoLimits() => SharedFiles.Find("cases/01-two-limits.ndjson");
}
