using Sessionize.Cli.Commands;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

public sealed class DemoCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Demo_WithoutArguments_ShowsSessionsTimelineAndCheck()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "demo").AssertCivil();

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.DoesNotContain('\u001b', result.Output);
        Assert.Contains("862 clicks of 20 shoppers are 144 sessions", result.Output, StringComparison.Ordinal);
        Assert.Contains("CC BY 4.0", result.Output, StringComparison.Ordinal);
        Assert.Contains("cut: Inactivity", result.Output, StringComparison.Ordinal);
        Assert.Equal(3, result.OutputLines.Count(line => line.StartsWith("  PASS  user-00", StringComparison.Ordinal)));
        Assert.Empty(_folder.Names());
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
    public void Quoted_PathWithASpace_IsOneWord(string path, string expected) => Assert.Equal(expected, DemoCommand.Quoted(path));

    [Fact]
    public void Demo_NextSteps_AreCommandsThatRun()
    {
        string[] steps = [.. ToolProcess.Run(_folder.Path, "demo").OutputLines.Where(line => line.StartsWith("  sessionize ", StringComparison.Ordinal))];

        Assert.Equal(4, steps.Length);
        ToolResult result = ToolProcess.Shell(_folder.Path, string.Join(" && ", steps)).AssertCivil();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["events.ndjson.gz", "sessions.csv"], _folder.Names());
    }
}
