using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Sessionize.Cli.Options;
using Sessionize.Cli.Tests.Support;
using Sessionize.Iceberg;
using Sessionize.Kafka;
using Sessionize.Tests.Documentation;
using Xunit;

namespace Sessionize.Cli.Tests.Documentation;

/// <summary>What the pages tell people to type: every command and option is there, and every file of settings is accepted.</summary>
public sealed partial class GuideCommandsTests : IDisposable
{
    // One process for each command, whatever the number of pages.
    private static readonly ConcurrentDictionary<string, HashSet<string>> s_options = new(StringComparer.Ordinal);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> PagesWithCommands => [.. Repository.Pages.Where(page => CommandsOf(page).Any())];

    public static TheoryData<string> PagesWithSettings => [.. Repository.Pages.Where(page => SettingsOf(page).Any())];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public void Options_OfACommandOnAPage_AreThoseOfTheHelp(string page) => Assert.All(CommandsOf(page), typed =>
    {
        HashSet<string> known = s_options.GetOrAdd(typed.Command, OptionsOf);

        Assert.All(Option().Matches(typed.Arguments), option => Assert.Contains(option.Value, known));
    });

    [Theory]
    [MemberData(nameof(PagesWithSettings))]
    public void Settings_OfRunOnAPage_AreAccepted(string page) => Assert.All(SettingsOf(page), settings =>
    {
        IConfiguration file = new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(settings))).Build();

        Assert.Empty(new RunConfiguration(file).ApplyTo(new SessionizationOptions(), new KafkaOptions(), new IcebergTableOptions()));
    });

    private HashSet<string> OptionsOf(string command)
    {
        ToolResult help = ToolProcess.Run(_folder.Path, [.. command.Split(' '), "--help"]).AssertCivil();
        Assert.Equal(ExitCodes.Done, help.ExitCode);
        return [.. Option().Matches(help.Output).Select(match => match.Value), "--version"];
    }

    /// <summary>The commands of a page's blocks for the shell, each with what stands behind it up to a pipe, a comment or the end.</summary>
    private static IEnumerable<(string Command, string Arguments)> CommandsOf(string page) => Repository.BlocksOf(page)
        .Where(block => block.Language == "bash")
        .Select(block => string.Join('\n', block.Lines).Replace("\\\n", " ", StringComparison.Ordinal))
        .SelectMany(text => Command().Matches(text))
        .Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    /// <summary>The settings of the tool: what has a section <c>Kafka</c> at its top, where a host has <c>Sessionization</c>.</summary>
    private static IEnumerable<string> SettingsOf(string page) => Repository.BlocksOf(page)
        .Where(block => block.Language == "json" && block.Lines.Any(line => line.StartsWith("  \"Kafka\": {", StringComparison.Ordinal)))
        .Select(block => string.Join('\n', block.Lines));

    [GeneratedRegex(@"(?<![\w./-])sessionize ((?:(?:table|dead-letters) )?(?:[a-z]+(?:-[a-z]+)*))\b([^\n|#;]*)")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*")]
    private static partial Regex Option();
}
