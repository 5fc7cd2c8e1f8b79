using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary><c>sessionize demo --live --brokers</c> on a real broker.</summary>
public sealed partial class LiveDemoOnBrokersTests(KafkaBroker broker) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync() => await broker.StartAsync();

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task Brokers_OfTheUser_KeepNothingOfIt()
    {
        ToolResult result = ToolProcess.Run(_folder.Path, "demo", "--live", "--brokers", broker.Servers, "--for", "4s", "--warehouse", "lake").AssertCivil();

        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        Assert.Contains("nothing else of yours is touched", result.Output, StringComparison.Ordinal);
        Assert.Matches("gave ([0-9,]+) sessions?, and \\1 stand in the table", result.Output);
        Assert.DoesNotContain(broker.Admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics, topic => topic.Topic.StartsWith("sessionize-demo-", StringComparison.Ordinal));
        Assert.DoesNotContain(
            (await broker.Admin.ListConsumerGroupsAsync()).Valid, group => group.GroupId.StartsWith("sessionize-demo-", StringComparison.Ordinal));
    }

    [Fact]
    public void CommandsOfTheSameByHand_Run()
    {
        ToolResult demo = ToolProcess.Run(_folder.Path, "demo", "--live", "--brokers", broker.Servers, "--for", "1s", "--warehouse", "lake").AssertCivil();
        string[] commands = [.. demo.OutputLines.Where(line => line.StartsWith("  sessionize ", StringComparison.Ordinal))
            .SkipWhile(line => !line.Contains(" generate ", StringComparison.Ordinal))
            .Select(line => line.Replace("demo-clicks", broker.NewName("demo-clicks-by-hand"), StringComparison.Ordinal))];
        string topic = Topic().Match(commands[0]).Groups[1].Value;
        commands = [.. commands.Select(line => ByHand().Replace(line, topic))];

        ToolResult result = ToolProcess.Shell(_folder.Path, string.Join(" && ", commands)).AssertCivil();
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        Assert.Equal(4, commands.Length);
    }

    [Fact]
    public async Task Interrupt_CommitsAndShowsTheTable()
    {
        using Process process = ToolProcess.Start(_folder.Path, "demo", "--live", "--brokers", broker.Servers, "--for", "10m", "--warehouse", "lake");
        string metadata = Path.Combine(_folder.Path, "lake/demo/user_sessions/metadata/v3.metadata.json");
        while (!File.Exists(metadata) && !process.HasExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }

        Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        ToolResult stopped = ToolProcess.Finish(process, standardInput: null).AssertCivil();

        Assert.True(stopped.ExitCode == 130, stopped.Error);
        Assert.Matches("gave ([0-9,]+) sessions?, and \\1 stand in the table", stopped.Output);
    }

    [GeneratedRegex("--topic ([^ ]+)")]
    private static partial Regex Topic();

    [GeneratedRegex("demo-clicks-by-hand[-0-9]+")]
    private static partial Regex ByHand();
}
