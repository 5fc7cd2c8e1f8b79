using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sessionize.Cli.Tests.Support;
using Sessionize.Kafka.Tests.Support;
using Xunit;

namespace Sessionize.Kafka.Tests.Tool;

/// <summary><c>sessionize run</c> on a cluster: brokers go and come back, with and without the records that they had; and clients have to show a certificate.</summary>
public sealed class RunOnThreeBrokersTests(ThreeBrokers brokers) : ToolOnBrokerTests(brokers.Cluster), IClassFixture<ThreeBrokers>
{
    [Fact]
    public async Task LeaderOfPartitions_GoesAndComesBack_NothingIsLostOrTwice()
    {
        const int Partitions = 6;
        string topic = await Broker.CreateTopicAsync(Partitions);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(4_500, 30, Partitions)];
        Process run = StartLive(topic);
        await Broker.ProduceAsync(topic, records[..1_500]);
        await WaitForPositionsAsync(run, 1_500);

        int leader = (await LeadersAsync(topic))[0];
        await Broker.RunAsync("kill", "--broker", leader.ToString(CultureInfo.InvariantCulture));
        await Broker.ProduceAsync(topic, records[1_500..3_000]);
        await WaitForPositionsAsync(run, 3_000);
        Assert.DoesNotContain(leader, await LeadersAsync(topic));

        await Broker.RunAsync("restart-broker", "--broker", leader.ToString(CultureInfo.InvariantCulture));
        await LeadAgainAsync(topic, leader);
        await Broker.ProduceAsync(topic, records[3_000..]);
        await WaitForPositionsAsync(run, records.Length);

        ToolResult stopped = Stop(run, "TERM").AssertCivil();
        Assert.True(stopped.ExitCode == Done, stopped.Error);
        await CloseAndCompareAsync(topic, Clicks.EventsOf(records));
    }

    [Fact]
    public async Task Broker_ComesBackWithoutItsLastRecords_FailsUntilThatIsAccepted()
    {
        const int Victim = 3;
        string topic = Broker.NewName("clicks");
        await Broker.Admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicasAssignments = new() { [0] = [Victim] } }]);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(1_600, 10, 1)];
        await Broker.ProduceAsync(topic, records[..1_400]);
        await Broker.ProduceAsync(topic, records[1_400..1_500]);
        Run(Done, topic);

        // What a machine that loses its power has not brought to the disk. A batch of records without its end is dropped when the broker starts.
        await Broker.RunAsync("kill", "--broker", $"{Victim}");
        using (FileStream log = File.OpenWrite(Path.Combine(Broker.FolderOf(Victim, topic, 0), "00000000000000000000.log")))
        {
            log.SetLength(log.Length - 1);
        }

        await Broker.RunAsync("restart-broker", "--broker", $"{Victim}");

        ToolResult refused = Run(Failed, topic);
        string last = refused.Error.TrimEnd().Split('\n')[^1];
        Assert.Matches($"Partition 0 of {topic} ends at 1[0-9]{{3}}, before the committed position 1500: brokers lost [0-9]+ records", last);
        Assert.Contains("Set Kafka:OnDataLoss to Continue (--on-data-loss continue)", last, StringComparison.Ordinal);

        // It goes on at the end that it finds. Who sent the lost records counts on from them, and would be refused: another producer goes on.
        Run(Done, topic, "--on-data-loss", "continue");
        await Broker.ProduceWhenThereAsync(topic, records[1_500..]);
        await CloseAndCompareAsync(topic, Clicks.EventsOf(records));
    }

    [Fact]
    public async Task ClientCertificate_IsAskedFor_ReadsWithItAndIsUnavailableWithout()
    {
        string topic = await Broker.CreateTopicAsync(1);
        (int Partition, string? Key, string? Value)[] records = [.. Clicks.Spread(100, 10, 1)];
        await Broker.ProduceAsync(topic, records);
        string[] tls =
        [
            "run", "--kafka-servers", Broker.ServersOf("SSL"), "--kafka-topic", topic, "--pipeline", topic, "--partition-by", "none", "--trigger", "until-end",
            "--kafka-property", "security.protocol=SSL", "--kafka-property", "ssl.ca.location=" + Broker.CaFile,
        ];

        long start = Stopwatch.GetTimestamp();
        ToolResult refused = ToolProcess.Run(Folder.Path, tls).AssertCivil();
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.True(refused.ExitCode == Unavailable, refused.Error);
        string last = refused.Error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith($"Kafka at {Broker.ServersOf("SSL")} asks for a certificate, and refuses ours or that there is none", last, StringComparison.Ordinal);
        Assert.Contains("Set ssl.keystore.location and ssl.keystore.password in Kafka:Properties", last, StringComparison.Ordinal);

        ToolResult read = ToolProcess.Run(
            Folder.Path, [.. tls, "--kafka-property", "ssl.keystore.location=" + Broker.ClientCertificateFile, "--kafka-property", "ssl.keystore.password=changeit"]);
        Assert.True(read.ExitCode == Done, read.Error);
        await CloseAndCompareAsync(topic, Clicks.EventsOf(records));
    }

    private async Task<int[]> LeadersAsync(string topic)
    {
        DescribeTopicsResult topics = await Broker.Admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]));
        return [.. topics.TopicDescriptions[0].Partitions.OrderBy(partition => partition.Partition).Select(partition => partition.Leader?.Id ?? -1)];
    }

    /// <summary>Gives a broker that is back the partitions again that it led.</summary>
    private async Task LeadAgainAsync(string topic, int broker)
    {
        CancellationToken limit = TimeLimit.Of();
        while (!(await LeadersAsync(topic)).Contains(broker))
        {
            try
            {
                await Broker.Admin.ElectLeadersAsync(ElectionType.Preferred, null);
            }
            catch (ElectLeadersException)
            {
                // It has not caught up yet, or leads already.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), limit);
        }
    }
}
