using Confluent.Kafka;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Sessionize.Tests.Data;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary><c>sessionize run</c> as a process whose state is lost between its runs: it stops, or rebuilds it from a real broker.</summary>
public sealed class RebuildStateTests(KafkaBroker broker) : ToolOnBrokerTests(broker)
{
    private const int Partitions = 3;
    private const string State = "warehouse/_sessionize/sessionize/state";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RebuildState_AllOfItIsGone_TableIsThatOfOneRun(bool isAlreadyFed)
    {
        string[] lines = TopicLines.OfDataSet("otto-shop");
        string topic = await Broker.CreateTopicAsync(Partitions);
        string[] arguments = ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--kafka-group", topic, "--partition-by", "none", "--trigger", "until-end"];
        foreach (string[] part in (string[][])[lines[..300], lines[300..600]])
        {
            await Broker.ProduceAsync(topic, TopicLines.ToRecords(part, Partitions));
            ToolResult first = ToolProcess.Run(Folder.Path, arguments);
            Assert.True(first.ExitCode == Done, first.Error);
        }

        Directory.Delete(Folder.File(State), recursive: true);
        if (isAlreadyFed)
        {
            await Broker.ProduceAsync(topic, TopicLines.ToRecords(lines[600..], Partitions));
        }

        ToolResult refused = ToolProcess.Run(Folder.Path, arguments).AssertCivil();
        Assert.Equal(Failed, refused.ExitCode);
        Assert.All((string[])["The state of lane 0", State, "--rebuild-state"], part => Assert.Contains(part, refused.Error, StringComparison.Ordinal));

        ToolResult rebuilt = ToolProcess.Run(Folder.Path, [.. arguments, "--rebuild-state"]).AssertCivil();
        Assert.True(rebuilt.ExitCode == Done, rebuilt.Error);
        Assert.Contains("the state of lane 0 was rebuilt", rebuilt.Error, StringComparison.Ordinal);
        if (!isAlreadyFed)
        {
            Assert.Contains("0 events; 0 sessions closed", rebuilt.Error, StringComparison.Ordinal);
            await Broker.ProduceAsync(topic, TopicLines.ToRecords(lines[600..], Partitions));
        }

        ToolResult last = ToolProcess.Run(Folder.Path, [.. arguments, "--at-end", "close-all", "--end-time", TopicLines.HighestTime(lines)]);
        Assert.True(last.ExitCode == Done, last.Error);
        ToolResult batch = ToolProcess.Run(Folder.Path, "batch", DataSet.PathOf("otto-shop"), "--table", "b.t", "--warehouse", "batch", "--partition-by", "none");
        Assert.True(batch.ExitCode == Done, batch.Error);
        Assert.Equal(await RowsAsync("batch", "b.t"), await RowsAsync());
    }

    [Fact]
    public async Task RebuildState_RetentionTookTheRecords_NamesPartitionAndPositions()
    {
        string[] lines = TopicLines.OfDataSet("otto-shop");
        string topic = await Broker.CreateTopicAsync(1);
        string[] arguments = ["run", "--kafka-servers", Broker.Servers, "--kafka-topic", topic, "--kafka-group", topic, "--partition-by", "none", "--trigger", "until-end", "--rebuild-state"];
        await Broker.ProduceAsync(topic, TopicLines.ToRecords(lines, 1));
        ToolResult first = ToolProcess.Run(Folder.Path, arguments);
        Assert.True(first.ExitCode == Done, first.Error);
        IReadOnlyList<Session> rows = await RowsAsync();

        Directory.Delete(Folder.File(State), recursive: true);
        await Broker.Admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 150)]);

        ToolResult refused = ToolProcess.Run(Folder.Path, arguments).AssertCivil();
        Assert.Equal(Failed, refused.ExitCode);
        Assert.All(
            (string[])["cannot be rebuilt", $"from 0 to {lines.Length}", $"The records 0 to 149 of {topic}, partition 0, are no longer there"],
            part => Assert.Contains(part, refused.Error, StringComparison.Ordinal));
        Assert.Equal(rows, await RowsAsync());
    }
}
