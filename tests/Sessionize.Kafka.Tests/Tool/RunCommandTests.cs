using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka.Admin;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Sessionize.Tests.Data;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary><c>sessionize run</c> as a process, from a real broker into local tables.</summary>
public sealed class RunCommandTests(KafkaBroker broker) : ToolOnBrokerTests(broker)
{
    [Theory]
    [InlineData("TERM", Done)]
    [InlineData("INT", Interrupted)]
    public async Task Signal_WhileItRuns_CommitsAndTheNextRunGoesOn(string signal, int exitCode)
    {
        string[] lines = TopicLines.OfDataSet("otto-shop");
        string topic = await ProduceAsync(partitions: 2, lines);
        string[] arguments = ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--kafka-group", topic, "--partition-by", "none"];

        // The first trigger is an hour away, so that what is in the table was committed at the end.
        Process process = ToolProcess.Start(Folder.Path, [.. arguments, "--trigger", "1h"]);
        string table = Path.Combine(Folder.Path, "warehouse/sessions/user_sessions/metadata/v2.metadata.json");
        while (!File.Exists(table) && !process.HasExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }

        ToolResult stopped = Stop(process, signal);
        Assert.True(stopped.ExitCode == exitCode, stopped.Error);

        // With a time, since the brokers may still count the run before as a member.
        ToolResult last = ToolProcess.Run(Folder.Path, [.. arguments, "--trigger", "until-end", "--at-end", "close-all", "--end-time", TopicLines.HighestTime(lines)]);
        Assert.True(last.ExitCode == Done, last.Error);
        Assert.Equal(await BatchAsync(DataSet.PathOf("otto-shop")), await RowsAsync());
    }

    [Fact]
    public async Task DryRun_WritesNothing()
    {
        string topic = await ProduceAsync(partitions: 1, TopicLines.OfDataSet("otto-shop"));
        ToolResult result = ToolProcess.Run(Folder.Path, "run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--dry-run");
        Assert.True(result.ExitCode == Done, result.Error);
        Assert.Contains("nothing was written", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Path));
    }

    [Fact]
    public void TestMode_WithoutBrokers_RunsOverMadeUpEventsAndKeepsNothing()
    {
        ToolResult result = ToolProcess.Run(Folder.Path, "run", "user_sessionization_pipeline", "--test-mode").AssertCivil();

        Assert.True(result.ExitCode == Done, result.Error);
        Assert.Contains("brokers inside this process hold 1,000 made-up events", result.Error, StringComparison.Ordinal);
        Assert.Contains("PASS: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(21, result.OutputLines.Length);
        Assert.StartsWith("user  ", result.OutputLines[0], StringComparison.Ordinal);
        Assert.Empty(Folder.Names());
    }

    [Fact]
    public async Task TestMode_WithBrokers_ShowsTheSessionsAndKeepsNothing()
    {
        string topic = await ProduceAsync(partitions: 2, TopicLines.OfDataSet("otto-shop"));
        ToolResult result = ToolProcess.Run(Folder.Path, "run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--test-mode", "--pipeline", topic).AssertCivil();

        Assert.True(result.ExitCode == Done, result.Error);
        Assert.Contains("862 events; 144 sessions, of which 20 are shown, and 144 in the table; 0 late, 0 bad.", result.Error, StringComparison.Ordinal);
        Assert.Empty(Folder.Names());

        // Nor is anything kept at the brokers that a run would go on from.
        ToolResult run = ToolProcess.Run(Folder.Path, "run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--pipeline", topic, "--trigger", "until-end", "--at-end", "close-all", "--partition-by", "none");
        Assert.True(run.ExitCode == Done, run.Error);
        Assert.Equal(await BatchAsync(DataSet.PathOf("otto-shop")), await RowsAsync());
    }

    [Fact]
    public async Task CloseAll_WithoutEndTimeInAGroupWithOthers_IsRefused()
    {
        string topic = await ProduceAsync(partitions: 2, TopicLines.OfDataSet("otto-shop"));
        string[] arguments = ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--pipeline", topic, "--partition-by", "none"];
        Process live = ToolProcess.Start(Folder.Path, [.. arguments, "--trigger", "1s"]);
        while (!live.HasExited && !await HasMembersAsync(topic))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), Token);
        }

        ToolResult refused = ToolProcess.Run(Folder.Path, [.. arguments, "--trigger", "until-end", "--at-end", "close-all"]).AssertCivil();
        Assert.Equal(Usage, refused.ExitCode);
        Assert.Contains($"the group '{topic}' has 1 other member", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--end-time", refused.Error, StringComparison.Ordinal);

        Assert.Equal(Done, Stop(live, "TERM").ExitCode);
        ToolResult alone = ToolProcess.Run(Folder.Path, [.. arguments, "--trigger", "until-end", "--at-end", "close-all"]).AssertCivil();
        Assert.True(alone.ExitCode == Done, alone.Error);
        Assert.Equal(await BatchAsync(DataSet.PathOf("otto-shop")), await RowsAsync());
    }

    [Fact]
    public async Task CloseAll_WithoutEndTimeBehindOneThatLeft_IsDoneHoweverSoonItHasReadAll()
    {
        const int Tries = 6;
        string[] lines = TopicLines.OfDataSet("otto-shop");
        string topic = await ProduceAsync(partitions: 2, lines);
        for (int i = 0; i < Tries; i++)
        {
            Process live = StartLive(topic);
            await WaitForPositionsAsync(live, lines.Length);
            while (!live.HasExited && !await HasMembersAsync(topic))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), Token);
            }

            Assert.Equal(Done, Stop(live, "TERM").ExitCode);

            // It gets all partitions at once, and has nothing to read: by then it must know which member it is itself.
            Run(Done, topic, "--at-end", "close-all");
        }
    }

    [Fact]
    public async Task CloseAll_WithoutEndTimeStartedTwiceAtOnce_ClosesOnceAndRight()
    {
        string topic = await ProduceAsync(partitions: 4, TopicLines.OfDataSet("otto-shop"));
        string[] arguments = ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--pipeline", topic, "--trigger", "until-end", "--at-end", "close-all", "--partition-by", "none"];
        Process[] two = [ToolProcess.Start(Folder.Path, arguments), ToolProcess.Start(Folder.Path, arguments)];
        ToolResult[] results = await Task.WhenAll(two.Select(process => Task.Run(() => ToolProcess.Finish(process, standardInput: null), Token)));

        // Who sees the other is refused and leaves; whoever is alone then closes all.
        Assert.All(results, result => Assert.True(result.ExitCode is Done or Usage, result.Error));
        if (results.All(result => result.ExitCode == Usage))
        {
            ToolResult third = ToolProcess.Run(Folder.Path, arguments);
            Assert.True(third.ExitCode == Done, third.Error);
        }

        Assert.Equal(await BatchAsync(DataSet.PathOf("otto-shop")), await RowsAsync());
    }

    [Fact]
    public async Task Configuration_FileAndFlags_FlagsWin()
    {
        string topic = await ProduceAsync(partitions: 1, TopicLines.OfDataSet("otto-shop"));
        File.WriteAllText(
            Folder.File("settings.json"),
            JsonSerializer.Serialize(new { Kafka = new { BootstrapServers = Broker.Servers, Topic = topic }, warehouse = "lake", InactivityTimeout = "00:01:00", MaxSessionDuration = "01:00:00" }));
        ToolResult result = ToolProcess.Run(
            Folder.Path, "run", "--config", "settings.json", "--kafka-group", topic, "--inactivity-timeout", "30m", "--max-session-duration", "2h", "--trigger", "until-end", "--at-end", "close-all", "--partition-by", "none");
        Assert.True(result.ExitCode == Done, result.Error);
        Assert.Equal(await BatchAsync(DataSet.PathOf("otto-shop")), await RowsAsync("lake"));
    }

    [Fact]
    public void Mistakes_EachIsASentenceWithTheExitCodeOfItsKind()
    {
        File.WriteAllText(Folder.File("wrong.json"), """{"Kafka": {"Topik": "clicks"}, "InactivityTimeouts": "00:30:00"}""");
        File.WriteAllText(Folder.File("soon.json"), """{"Kafka": {"StartTimeout": "00:00:03"}}""");
        foreach ((int exitCode, string sentence, string[] words) in ((int, string, string[])[])
            [
                (Usage, "--trigger until-end", ["--at-end", "close-all"]),
                (Usage, "--at-end close-all", ["--end-time", "1700000000000"]),
                (Usage, "--iceberg-database", ["--table", "a.b", "--iceberg-table", "c"]),
                (Usage, "no trigger", ["--trigger", "sometimes"]),
                (Usage, "leave --trigger and --dry-run out", ["--test-mode", "--trigger", "until-end"]),
                (Usage, "leave --trigger and --dry-run out", ["--test-mode", "--dry-run"]),
                (Usage, "Topik", ["--config", "wrong.json"]),
                (Usage, "enable.auto.commit", ["--kafka-property", "enable.auto.commit=true"]),
                (Usage, "is no option", ["user_sessionisation"]),
                (Failed, "no topic 'nope'", ["--kafka-servers", Broker.Servers, "--kafka-topic", "nope"]),
                (Unavailable, "127.0.0.1:1", ["--kafka-servers", "127.0.0.1:1", "--config", "soon.json"]),
            ])
        {
            ToolResult result = ToolProcess.Run(Folder.Path, ["run", .. words]);
            Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', words)}: {result.ExitCode}: {result.Error}");
            Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        }
    }

    private async Task<bool> HasMembersAsync(string group)
    {
        try
        {
            return (await Broker.Admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Exists(described => described.Members.Count > 0);
        }
        catch (DescribeConsumerGroupsException)
        {
            // Brokers do not know a group before its first member came.
            return false;
        }
    }

    private async Task<string> ProduceAsync(int partitions, string[] lines)
    {
        string topic = await Broker.CreateTopicAsync(partitions);
        await Broker.ProduceAsync(topic, TopicLines.ToRecords(lines, partitions));
        return topic;
    }

    private async Task<IReadOnlyList<Session>> BatchAsync(string input)
    {
        ToolResult batch = ToolProcess.Run(Folder.Path, "batch", input, "--table", "b.t", "--warehouse", "batch", "--partition-by", "none");
        Assert.True(batch.ExitCode == Done, batch.Error);
        return await RowsAsync("batch", "b.t");
    }
}
