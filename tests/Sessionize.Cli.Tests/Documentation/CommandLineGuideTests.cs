using System.Text.RegularExpressions;
using Sessionize.Cli.Tests.Support;
using Sessionize.Tests.Support;
using Xunit;

namespace Sessionize.Cli.Tests.Documentation;

/// <summary>docs/guides/command-line.md and what the tool has.</summary>
public sealed partial class CommandLineGuideTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("batch")]
    [InlineData("demo")]
    [InlineData("generate")]
    [InlineData("run")]
    [InlineData("dead-letters", "list", "replay")]
    public void Guide_Options_AreThoseOfTheHelp(string command, params string[] subcommands)
    {
        ArgumentNullException.ThrowIfNull(subcommands);
        string guide = File.ReadAllText(GuidePath());
        string section = guide[guide.IndexOf($"## {command}", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        string help = string.Concat((subcommands.Length == 0 ? [[]] : subcommands.Select(word => (string[])[word])).Select(
            words => ToolProcess.Run(_folder.Path, [command, .. words, "--help"]).AssertCivil().Output));

        Assert.Equal(
            [.. OptionName().Matches(help).Select(match => match.Value).Where(name => name is not ("-h" or "--help")).Distinct().Order(StringComparer.Ordinal)],
            (IEnumerable<string>)[.. OptionName().Matches(TableRows(section)).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal)]);
    }

    [Fact]
    public void Guide_ExitCodes_AreThoseOfTheTool()
    {
        string guide = File.ReadAllText(GuidePath());
        string table = guide[guide.IndexOf("## Exit codes", StringComparison.Ordinal)..];
        Assert.Equal(
            typeof(ExitCodes).GetFields().Select(field => (int)field.GetRawConstantValue()!).Order(),
            ExitCode().Matches(table).SelectMany(match => match.Groups[1].Value.Split(", ")).Select(int.Parse).Order());
    }

    /// <summary>The first cells, where the options stand.</summary>
    private static string TableRows(string section) => string.Join('\n', section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Replace("\\|", "/", StringComparison.Ordinal).Split('|')[1]));

    private static string GuidePath()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sessionize.sln")))
            {
                return Path.Combine(folder.FullName, "docs", "guides", "command-line.md");
            }
        }

        Assert.Skip("The guide is not there: run the tests from a checkout.");
        return "";
    }

    [GeneratedRegex(@"(?<![\w-])--?[a-z][a-z-]*(?=[ ,`]|$)", RegexOptions.Multiline)]
    private static partial Regex OptionName();

    [GeneratedRegex(@"^\| ([\d, ]+) \|", RegexOptions.Multiline)]
    private static partial Regex ExitCode();
}
