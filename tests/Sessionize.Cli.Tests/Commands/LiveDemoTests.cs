using System.Text.RegularExpressions;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Commands;

/// <summary><c>sessionize demo --live</c> with the brokers inside its process.</summary>
public sealed partial class LiveDemoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Live_WithoutBrokers_ShowsSessionsAndATableThatHasThem()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "demo", "--live", "--warehouse", "a lake").AssertCivil();

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("", result.Error);
        Assert.Contains("600 times as fast as the clock", result.Output, StringComparison.Ordinal);
        string[] sessions = [.. result.OutputLines.Where(line => SessionRow().IsMatch(line))];
        Assert.InRange(sessions.Length, 30, 200);
        Assert.Contains(sessions, line => line.EndsWith(" Inactivity", StringComparison.Ordinal));
        Assert.Contains(sessions, line => line.EndsWith(" MaxDuration", StringComparison.Ordinal));
        Assert.All(result.OutputLines.Take(8), line => Assert.DoesNotContain("touched", line, StringComparison.Ordinal));
        Assert.Contains($"gave {sessions.Length} sessions, and {sessions.Length} stand in the table", result.Output, StringComparison.Ordinal);
        Assert.Contains(" 0 late events, ", result.Output, StringComparison.Ordinal);

        // What is there now can be looked at with the commands that it names.
        string[] commands = [.. result.OutputLines.Where(line => line.StartsWith("  sessionize ", StringComparison.Ordinal)).TakeWhile(line => !line.Contains("generate", StringComparison.Ordinal))];
        Assert.Equal(2, commands.Length);
        ToolResult query = ToolProcess.Shell(_folder.Path, commands[0]).AssertCivil();
        Assert.Equal(0, query.ExitCode);
        Assert.Contains(query.OutputLines[^1], result.OutputLines);
        Assert.Equal(0, ToolProcess.Run(_folder.Path, "table", "verify", "demo.user_sessions", "--warehouse", "a lake").AssertCivil().ExitCode);

        // The rows of the front page, all but their times, which are of now.
        Assert.All(RowsOfTheFrontPage(), row => Assert.Contains(row, sessions.Select(WithoutStart)));
    }

    [Theory]
    [InlineData("--brokers localhost:1", "give --live, too")]
    [InlineData("--for 5s", "give --live, too")]
    [InlineData("--live --kafka-property a=b", "give --brokers, too")]
    [InlineData("--live --for none", "--for: 'none'")]
    public void Live_OptionsThatDoNotGoTogether_AreAMistake(string arguments, string expected)
    {
        ToolResult result = ToolProcess.Run(_folder.Path, ["demo", .. arguments.Split(' ')]).AssertCivil();
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static string[] RowsOfTheFrontPage()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sessionize.sln")))
        {
            folder = folder.Parent;
        }

        Assert.SkipWhen(folder is null, "The front page is not there: run the tests from a checkout.");
        string[] rows = [.. File.ReadAllLines(Path.Combine(folder.FullName, "README.md")).Where(line => SessionRow().IsMatch(line)).Select(WithoutStart)];
        Assert.NotEmpty(rows);
        return rows;
    }

    private static string WithoutStart(string row) => Start().Replace(row, "", 1);

    [GeneratedRegex("^(user|robot)-[0-9-]+ +[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} ")]
    private static partial Regex SessionRow();

    [GeneratedRegex(" [0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} ")]
    private static partial Regex Start();
}
