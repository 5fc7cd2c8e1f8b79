using System.Globalization;
using System.Text.RegularExpressions;
using Sessionize.Cli.Output;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

public sealed partial class DemoCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Demo_WithoutArguments_ShowsSessionsTimelineTableAndCheck()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "demo").AssertCivil();
        string warehouse = WarehouseOf(result);
        try
        {
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            Assert.DoesNotContain('\u001b', result.Output);
            Assert.Contains("862 clicks of 20 shoppers are 144 sessions", result.Output, StringComparison.Ordinal);
            Assert.Contains("CC BY 4.0", result.Output, StringComparison.Ordinal);
            Assert.Contains("cut: Inactivity", result.Output, StringComparison.Ordinal);
            Assert.Equal(3, result.OutputLines.Count(line => line.StartsWith("  PASS  user-00", StringComparison.Ordinal)));
            Assert.Empty(_folder.Names());
            Assert.StartsWith(Path.GetFullPath(Path.GetTempPath()), warehouse, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(warehouse, "sessions", "user_sessions", "metadata", "version-hint.text")));
        }
        finally
        {
            Directory.Delete(warehouse, recursive: true);
        }
    }

    [Fact]
    public void Demo_Table_HoldsAllSessionsAndIsPruned()
    {
        ToolResult first = ToolProcess.Run(_folder.Path, "demo", "--warehouse", "lake").AssertCivil();
        ToolResult second = ToolProcess.Run(_folder.Path, "demo", "--warehouse", "lake").AssertCivil();
        ToolResult described = ToolProcess.Run(_folder.Path, "table", "describe", "lake/sessions/user_sessions").AssertCivil();

        Assert.Equal((0, 0, first.Output), (first.ExitCode, second.ExitCode, second.Output));
        Assert.Contains("144 rows", described.Output, StringComparison.Ordinal);
        Match opened = Opened().Match(first.Output);
        Assert.Equal("1", opened.Groups[1].Value);
        Assert.InRange(int.Parse(opened.Groups[2].Value, CultureInfo.InvariantCulture), 50, 144);
        Assert.Equal(["lake"], _folder.Names());
    }

    [Theory]
    [InlineData("s3://bucket/lake", 2, "--warehouse: 's3://bucket/lake' is no folder")]
    [InlineData("file", 1, "file")]
    public void Demo_PlaceThatIsNoFolder_IsASentence(string warehouse, int exitCode, string expected)
    {
        File.WriteAllText(_folder.File("file"), "");
        ToolResult result = ToolProcess.Run(_folder.Path, "demo", "--warehouse", warehouse).AssertCivil();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Demo_TemporaryFolderThatIsMissing_NamesTheOption()
    {
        ToolResult result = ToolProcess.Shell(_folder.Path, "TMPDIR=$PWD/none sessionize demo").AssertCivil();

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Cannot make a temporary folder: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("Name a folder with --warehouse.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Demo_DataAndLicence_LieBesideTheTool()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Data");
        Assert.True(File.Exists(Path.Combine(folder, "otto-shop.ndjson.gz")));
        Assert.Contains("CC BY 4.0", File.ReadAllText(Path.Combine(folder, "otto-shop.LICENSE.md")), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(SharedFiles.Find("data/otto-shop.ndjson.gz")), File.ReadAllBytes(Path.Combine(folder, "otto-shop.ndjson.gz")));
    }

    [Theory]
    [InlineData("/opt/tools/shop.gz", "/opt/tools/shop.gz")]
    [InlineData("C:\\Program Files\\shop.gz", "\"C:\\Program Files\\shop.gz\"")]
    public void Quoted_PathWithASpace_IsOneWord(string path, string expected) => Assert.Equal(expected, ShellText.Quoted(path));

    [Fact]
    public void Demo_NextSteps_AreCommandsThatRun()
    {
        ToolResult demo = ToolProcess.Run(_folder.Path, "demo", "--warehouse", "a lake");
        string[] steps = [.. demo.OutputLines.Where(line => line.StartsWith("  sessionize ", StringComparison.Ordinal))];

        Assert.Equal(6, steps.Length);
        ToolResult result = ToolProcess.Shell(_folder.Path, string.Join(" && ", steps)).AssertCivil();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["a lake", "events.ndjson.gz", "lake", "sessions.csv"], _folder.Names());

        // The first one shows what the demonstration had shown.
        string[] query = ToolProcess.Shell(_folder.Path, steps[0]).AssertCivil().OutputLines;
        Assert.Contains(demo.OutputLines, line => line == query[^1]);
        Assert.Contains("1 of ", query[^1], StringComparison.Ordinal);
    }

    private static string WarehouseOf(ToolResult result) =>
        Warehouse().Match(result.OutputLines.First(line => line.StartsWith("  sessionize table query ", StringComparison.Ordinal))).Groups[1].Value.Trim('"');

    [GeneratedRegex("--warehouse (\"[^\"]+\"|[^ ]+)")]
    private static partial Regex Warehouse();

    [GeneratedRegex(@"^([0-9]+) of ([0-9]+) files", RegexOptions.Multiline)]
    private static partial Regex Opened();
}
