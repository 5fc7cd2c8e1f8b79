using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary><c>sessionize demo --live --brokers</c> on a real Broker.</summary>
public sealed partial class LiveDemoOnBrokersTests(KafkaBroker broker) : ToolOnBrokerTests(broker)
{
    [Fact]
    public async Task Brokers_OfTheUser_KeepNothingOfIt()
    {
        ToolResult result = ToolProcess.Run(Folder.Path, "demo", "--live", "--brokers", Broker.Servers, "--for", "4s", "--warehouse", "lake").AssertCivil();

        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        Assert.Contains("nothing else of yours is touched", result.Output, StringComparison.Ordinal);
        Assert.Matches("gave ([0-9,]+) sessions?, and \\1 stand in the table", result.Output);
        Assert.DoesNotContain(Broker.Admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics, topic => topic.Topic.StartsWith("sessionize-demo-", StringComparison.Ordinal));
        Assert.DoesNotContain(
            (await Broker.Admin.ListConsumerGroupsAsync()).Valid, group => group.GroupId.StartsWith("sessionize-demo-", StringComparison.Ordinal));
    }

    [Fact]
    public void CommandsOfTheSameByHand_Run()
    {
        ToolResult demo = ToolProcess.Run(Folder.Path, "demo", "--live", "--brokers", Broker.Servers, "--for", "1s", "--warehouse", "lake").AssertCivil();
        string[] commands = [.. demo.OutputLines.Where(line => line.StartsWith("  sessionize ", StringComparison.Ordinal))
            .SkipWhile(line => !line.Contains(" generate ", StringComparison.Ordinal))
            .Select(line => line.Replace("demo-clicks", Broker.NewName("demo-clicks-by-hand"), StringComparison.Ordinal))];
        string topic = Topic().Match(commands[0]).Groups[1].Value;
        commands = [.. commands.Select(line => ByHand().Replace(line, topic))];

        ToolResult result = ToolProcess.Shell(Folder.Path, string.Join(" && ", commands)).AssertCivil();
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        Assert.Equal(4, commands.Length);
    }

    [Fact]
    public async Task Interrupt_CommitsAndShowsTheTable()
    {
        using Process process = ToolProcess.Start(Folder.Path, "demo", "--live", "--brokers", Broker.Servers, "--for", "10m", "--warehouse", "lake");
        string metadata = Path.Combine(Folder.Path, "lake/demo/user_sessions/metadata/v3.metadata.json");
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
